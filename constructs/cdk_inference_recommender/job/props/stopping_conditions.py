"""When a load test has seen enough."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.enum_like import EnumLike
from cdk_inference_recommender.validation.prop_types import PropType
from cdk_inference_recommender.validation.tokens import milliseconds_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jsii
    from aws_cdk import Duration


class FlatInvocations(EnumLike):
    """What happens when more users bring no more invocations (API reference, `FlatInvocations`)."""

    STOP: ClassVar[FlatInvocations]
    CONTINUE: ClassVar[FlatInvocations]


FlatInvocations.STOP = FlatInvocations("Stop")
FlatInvocations.CONTINUE = FlatInvocations("Continue")


class LatencyPercentile(EnumLike):
    """Which percentile of the model's latency is watched (developer guide, custom load test)."""

    P95: ClassVar[LatencyPercentile]
    P99: ClassVar[LatencyPercentile]


LatencyPercentile.P95 = LatencyPercentile("P95")
LatencyPercentile.P99 = LatencyPercentile("P99")


@dataclass(frozen=True, kw_only=True)
class ModelLatencyThreshold:
    """The latency at which a load test stops (API reference, `ModelLatencyThreshold`).

    Attributes:
        percentile: P95 or P99.
        value: At least 1 ms, in whole milliseconds.
    """

    percentile: LatencyPercentile = field(
        metadata=member("Percentile", kind=PropType(of=LatencyPercentile, example="LatencyPercentile.P95"))
    )
    value: Duration = field(metadata=member("ValueInMilliseconds", render=milliseconds_of))


@dataclass(frozen=True, kw_only=True)
class StoppingConditions:
    """Any of them ends the load test (API reference, `RecommendationJobStoppingConditions`).

    Attributes:
        max_invocations: Requests a minute that the endpoint is expected to see, 1 to 30,000. The results' instance
            counts are chosen to meet it.
        model_latency_thresholds: Exactly one.
        flat_invocations: Whether to stop once the endpoint has reached its capacity. Default: the service's, `STOP`.
    """

    max_invocations: jsii.Number | None = None
    model_latency_thresholds: Sequence[ModelLatencyThreshold] = field(
        default=(),
        metadata=member(
            "ModelLatencyThresholds",
            kind=PropType(
                of=ModelLatencyThreshold, example="[ModelLatencyThreshold(...)]", is_list=True, is_required=True
            ),
        ),
    )
    flat_invocations: FlatInvocations | None = field(
        default=None,
        metadata=member("FlatInvocations", kind=PropType(of=FlatInvocations, example="FlatInvocations.STOP")),
    )
