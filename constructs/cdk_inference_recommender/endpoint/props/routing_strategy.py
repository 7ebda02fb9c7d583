"""Which of its instances an endpoint sends a request to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.factory_made import FactoryMade

if TYPE_CHECKING:
    import jsii

_PREFIX_AWARE: Final = "PrefixAwareRoutingConfig"


@dataclass(frozen=True, init=False)
class RoutingStrategy(FactoryMade):
    """Which instance gets a request (API reference, `ProductionVariantRoutingConfig`).

    Attributes:
        strategy: As the API spells it.
        prefix_length: Of a request, by which `PREFIX_AWARE` chooses.
        concurrency_threshold: Requests of an instance at which `PREFIX_AWARE` chooses another one.
    """

    _factories: ClassVar[str] = (
        "RoutingStrategy.RANDOM, RoutingStrategy.LEAST_OUTSTANDING_REQUESTS, RoutingStrategy.KV_AWARE or "
        "RoutingStrategy.prefix_aware(...)"
    )

    RANDOM: ClassVar[RoutingStrategy]
    LEAST_OUTSTANDING_REQUESTS: ClassVar[RoutingStrategy]
    KV_AWARE: ClassVar[RoutingStrategy]

    strategy: str = field(default="", metadata=member("RoutingStrategy", spelled=""))
    prefix_length: jsii.Number | None = field(default=None, metadata=member(_PREFIX_AWARE, "PrefixLength"))
    concurrency_threshold: jsii.Number | None = field(
        default=None, metadata=member(_PREFIX_AWARE, "ConcurrencyThreshold")
    )

    @classmethod
    def prefix_aware(cls, *, prefix_length: jsii.Number, concurrency_threshold: jsii.Number) -> RoutingStrategy:
        """Send requests with the same beginning to the same instance.

        Args:
            prefix_length: Bytes of the request, or characters of its messages, 1,024 to 65,536.
            concurrency_threshold: Requests of an instance at which another one gets the next, 1 to 1,024.
        """
        return cls._make(
            strategy="PREFIX_AWARE", prefix_length=prefix_length, concurrency_threshold=concurrency_threshold
        )

    @classmethod
    def of(cls, strategy: str) -> RoutingStrategy:
        """Take a strategy that is newer than this release, or one known only at deploy time.

        Args:
            strategy: As the API spells it; may be a token.
        """
        return cls._make(strategy=strategy)


RoutingStrategy.RANDOM = RoutingStrategy.of("RANDOM")
RoutingStrategy.LEAST_OUTSTANDING_REQUESTS = RoutingStrategy.of("LEAST_OUTSTANDING_REQUESTS")
RoutingStrategy.KV_AWARE = RoutingStrategy.of("KV_AWARE")
