"""What the sandbox's SageMaker is set up with: one value that the backends of all accounts and Regions share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from inference_recommender_sandbox.iam.authorization import Authorizer

from .faults import FaultRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_CONCURRENT_JOBS: Final = 10
"""The sandbox's quota; the service's isn't public."""


class Clock(Protocol):
    """The sandbox's time, which may run faster than the wall's."""

    def now(self) -> float:
        """Epoch seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait for so many of the clock's seconds."""


@dataclass(frozen=True, kw_only=True)
class ReceivedRequest:
    """A `CreateInferenceRecommendationsJob` request as it arrived, and what became of it."""

    account_id: str
    region: str
    at: float
    """Epoch seconds of the sandbox's clock."""
    request: Mapping[str, Any]
    outcome: str
    """`accepted`, or the code of the error that it was refused with."""

    def as_json(self) -> dict[str, Any]:
        """For the admin listing."""
        return {
            "accountId": self.account_id,
            "region": self.region,
            "at": self.at,
            "request": self.request,
            "outcome": self.outcome,
        }


@dataclass(frozen=True, kw_only=True)
class Service:
    """The clock, the gatekeeper, the faults, the quota and the log of requests."""

    clock: Clock
    authorizer: Authorizer = field(default_factory=Authorizer)
    faults: FaultRegistry = field(default_factory=FaultRegistry)
    max_concurrent_jobs: int = MAX_CONCURRENT_JOBS
    model_packages: Sequence[str] = ()
    """Names of model package groups that exist, with one version each, in every account and Region."""
    received: list[ReceivedRequest] = field(default_factory=list)
