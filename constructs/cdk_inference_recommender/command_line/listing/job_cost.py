"""What a job's benchmarks have cost so far, from the service's own figures. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.recommendation.choosing import above_zero

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECONDS_PER_HOUR: Final = 3600


@dataclass(frozen=True, kw_only=True)
class JobCost:
    """USD of the time in which benchmarks sent requests.

    It leaves out the start of the endpoints, what sends the requests, storage, and data transfer.
    """

    dollars: float
    unknown: int
    """Benchmarks that have run, and whose price or time the service doesn't say."""

    @classmethod
    def of(cls, job_steps: Sequence[Mapping[str, Any]], *, now: datetime) -> JobCost:
        """Return the cost so far.

        Args:
            job_steps: As `ListInferenceRecommendationsJobSteps` returns them.
            now: With a time zone.
        """
        # A benchmark has a price when it has ended; until then another one on its instance type can say it.
        prices: dict[str, float] = {}
        for step in job_steps:
            price = above_zero((_benchmark(step).get("Metrics") or {}).get("CostPerHour"))
            if price is not None and _instance_type(step):
                prices.setdefault(_instance_type(step), price)
        dollars, unknown = 0.0, 0
        for step in job_steps:
            started = _time(_benchmark(step).get("InvocationStartTime"))
            if started is None:
                unknown += step.get("Status") != "PENDING"
                continue
            ended = _time(_benchmark(step).get("InvocationEndTime")) or now
            own = above_zero((_benchmark(step).get("Metrics") or {}).get("CostPerHour"))
            price = own or prices.get(_instance_type(step))
            if price is None:
                unknown += 1
            else:
                dollars += price * max((ended - started).total_seconds(), 0) / _SECONDS_PER_HOUR
        return cls(dollars=dollars, unknown=unknown)


def _benchmark(step: Mapping[str, Any]) -> Mapping[str, Any]:
    return step.get("InferenceBenchmark") or {}


def _instance_type(step: Mapping[str, Any]) -> str:
    return str((_benchmark(step).get("EndpointConfiguration") or {}).get("InstanceType") or "")


def _time(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
