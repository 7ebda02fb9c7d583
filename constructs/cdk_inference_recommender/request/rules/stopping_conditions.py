"""Rules for stopping conditions. That there is exactly one latency threshold is the service model's rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import sources
from .integer_bounds import outside
from .rule import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request.request_document import RequestDocument

MAX_INVOCATIONS_A_MINUTE: Final = 30_000
PERCENTILES: Final = ("P95", "P99")

_INVOCATIONS: Final = "StoppingConditions.MaxInvocations"
_PERCENTILE: Final = "StoppingConditions.ModelLatencyThresholds[].Percentile"
_MILLISECONDS: Final = "StoppingConditions.ModelLatencyThresholds[].ValueInMilliseconds"


def _other_percentile(request: RequestDocument) -> Iterator[Violation]:
    for path, percentile in request.strings(_PERCENTILE):
        if percentile not in PERCENTILES:
            yield Violation(path=path, value=percentile)


STOPPING_CONDITION_RULES: Final = (
    Rule(
        id="MaxInvocationsRange",
        fields=(_INVOCATIONS,),
        text=f"the endpoint is expected to see 1 to {MAX_INVOCATIONS_A_MINUTE} requests a minute",
        remedy=f"Use a number from 1 to {MAX_INVOCATIONS_A_MINUTE}",
        source=sources.LOAD_TEST,
        violations=outside(_INVOCATIONS, low=1, high=MAX_INVOCATIONS_A_MINUTE),
    ),
    Rule(
        id="LatencyPercentile",
        fields=(_PERCENTILE,),
        text="the percentile of a latency threshold is P95 or P99",
        remedy="Use P95",
        source=f"{sources.API_REFERENCE}, ModelLatencyThreshold; an older {sources.CLI_REFERENCE} has P95 only",
        violations=_other_percentile,
        refines=frozenset({"MaximumLength"}),
    ),
    Rule(
        id="LatencyThresholdMinimum",
        fields=(_MILLISECONDS,),
        text="a latency threshold is at least 1 ms",
        remedy="Use 1 or more",
        source=sources.INFERRED,
        violations=outside(_MILLISECONDS, low=1),
    ),
)
