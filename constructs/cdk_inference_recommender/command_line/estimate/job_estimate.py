"""What a job would cost, from its request and prices. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.job_progress import DEFAULT_JOB, duration
from cdk_inference_recommender.command_line.report.figure_text import dollars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .price_file import Price

LEFT_OUT: Final = ("the start of endpoints", "what sends the requests", "storage", "data transfer")

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class JobEstimate:
    """An estimate in USD; without figures where something is missing."""

    lowest: float | None
    """None also for an upper bound alone."""
    highest: float | None
    basis: str
    """What is multiplied, in words."""
    missing: Sequence[str]
    """What keeps the estimate from being made."""
    left_out: Sequence[str]
    prices_of: str | None
    """Day of the oldest price that was used."""

    @classmethod
    def of(cls, request: Mapping[str, Any], *, region: str | None, prices: Mapping[str, Price]) -> JobEstimate:
        """Return the estimate of a job.

        Args:
            request: A valid request of `CreateInferenceRecommendationsJob`.
            region: Where the job would run; None if unknown.
            prices: Of the Region, by instance type.
        """
        input_config: Mapping[str, Any] = request.get("InputConfig") or {}
        if region is None:
            return _unknown(["the Region, which --region or AWS_REGION says"])
        if request.get("JobType") == "Advanced":
            return _advanced(input_config, region, prices)
        return _default(input_config, region, prices)

    def sentence(self) -> str:
        """Return the estimate on one line."""
        if self.missing:
            return f"Estimate: unknown. Missing: {'; '.join(self.missing)}."
        assert self.highest is not None  # noqa: S101 -- nothing is missing
        amount = (
            f"at most {dollars(self.highest)} USD"
            if self.lowest is None
            else f"{dollars(self.lowest)} to {dollars(self.highest)} USD"
        )
        left_out = ", ".join(self.left_out)
        return f"Estimate: {amount}, {self.basis}, at prices of {self.prices_of}. Not included: {left_out}."


def _advanced(input_config: Mapping[str, Any], region: str, prices: Mapping[str, Price]) -> JobEstimate:
    configurations: Sequence[Mapping[str, Any]] = input_config.get("EndpointConfigurations") or []
    tests = [name for each in configurations if (name := each.get("InstanceType")) for _ in range(_combinations(each))]
    serverless = any(each.get("ServerlessConfig") for each in configurations)
    left_out = [*LEFT_OUT, *(["serverless tests"] if serverless else [])]
    longest = _longest_test(input_config)
    missing = _missing_prices(tests, region, prices)
    if not tests:
        missing.append("instance types in InputConfig.EndpointConfigurations")
    if longest is None:
        missing.append("InputConfig.JobDurationInSeconds")
    if missing or longest is None:
        return _unknown(missing)
    limit: int = (input_config.get("ResourceLimit") or {}).get("MaxNumberOfTests") or len(tests)
    dearest = sorted((prices[name].dollars_per_hour for name in tests), reverse=True)[:limit]
    count = f"{len(dearest)} test{'' if len(dearest) == 1 else 's'}"
    return JobEstimate(
        lowest=None,
        highest=sum(dearest) * (longest / _HOUR),
        basis=f"{count} of at most {duration(longest)} in {region}",
        missing=(),
        left_out=left_out,
        prices_of=min(prices[name].date for name in tests),
    )


def _default(input_config: Mapping[str, Any], region: str, prices: Mapping[str, Price]) -> JobEstimate:
    container: Mapping[str, Any] = input_config.get("ContainerConfig") or {}
    named: Sequence[str] = list(dict.fromkeys(container.get("SupportedInstanceTypes") or []))
    missing = _missing_prices(named, region, prices)
    if not prices:
        missing = [f"prices of {region}: run inference-recommender estimate --refresh --region {region}"]
    if missing:
        return _unknown(missing)
    hours = DEFAULT_JOB / _HOUR
    costs = [prices[name].dollars_per_hour * hours for name in named or prices]
    basis = (
        f"one to all of the {len(named)} supported instance types"
        if named
        else "for each instance type that the service selects"
    )
    return JobEstimate(
        lowest=min(costs),
        highest=sum(costs) if named else max(costs),
        basis=f"{basis}, {duration(DEFAULT_JOB)} in {region}",
        missing=(),
        left_out=LEFT_OUT,
        prices_of=min(prices[name].date for name in named or prices),
    )


def _combinations(configuration: Mapping[str, Any]) -> int:
    """Return how many tests a configuration makes: one for each combination of environment values."""
    ranges = (configuration.get("EnvironmentParameterRanges") or {}).get("CategoricalParameterRanges") or []
    return math.prod(len(each.get("Value") or [None]) for each in ranges)


def _longest_test(input_config: Mapping[str, Any]) -> timedelta | None:
    """Return how long a test may last: no test starts after the job's duration, and one that runs isn't stopped."""
    pattern: Mapping[str, Any] = input_config.get("TrafficPattern") or {}
    stairs: Mapping[str, Any] = pattern.get("Stairs") or {}
    seconds = [
        input_config.get("JobDurationInSeconds") or 0,
        sum(phase.get("DurationInSeconds") or 0 for phase in pattern.get("Phases") or []),
        (stairs.get("DurationInSeconds") or 0) * (stairs.get("NumberOfSteps") or 0),
    ]
    return timedelta(seconds=max(seconds)) if any(seconds) else None


def _missing_prices(names: Sequence[str], region: str, prices: Mapping[str, Price]) -> list[str]:
    unknown = sorted({name for name in names if name not in prices})
    refresh = f"run inference-recommender estimate --refresh --region {region}"
    return [f"the price of {', '.join(unknown)} in {region}: {refresh}"] if unknown else []


def _unknown(missing: Sequence[str]) -> JobEstimate:
    return JobEstimate(lowest=None, highest=None, basis="", missing=missing, left_out=LEFT_OUT, prices_of=None)
