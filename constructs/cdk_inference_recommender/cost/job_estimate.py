"""What a job would cost, from its request and prices. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.request import UNRESOLVED, RequestDocument, api_path

from .job_duration import DEFAULT_JOB, duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cdk_inference_recommender.request import Path

    from .price_file import Price

LEFT_OUT: Final = ("the start of endpoints", "what sends the requests", "storage", "data transfer")

_HOUR: Final = timedelta(hours=1)
_DURATION: Final = "InputConfig", "JobDurationInSeconds"
_CONFIGURATIONS: Final = "InputConfig", "EndpointConfigurations"
_READ: Final = (
    "JobType",
    "InputConfig.JobDurationInSeconds",
    "InputConfig.TrafficPattern.Phases",
    "InputConfig.TrafficPattern.Phases[].DurationInSeconds",
    "InputConfig.TrafficPattern.Stairs.DurationInSeconds",
    "InputConfig.TrafficPattern.Stairs.NumberOfSteps",
    "InputConfig.ResourceLimit.MaxNumberOfTests",
    "InputConfig.EndpointConfigurations",
    "InputConfig.EndpointConfigurations[].InstanceType",
    "InputConfig.EndpointConfigurations[].EnvironmentParameterRanges.CategoricalParameterRanges",
    "InputConfig.EndpointConfigurations[].EnvironmentParameterRanges.CategoricalParameterRanges[].Value",
    "InputConfig.ContainerConfig.SupportedInstanceTypes",
    "InputConfig.ContainerConfig.SupportedInstanceTypes[]",
)
"""The members that an estimate depends on."""


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
    def of(
        cls,
        request: Mapping[str, Any],
        *,
        region: str | None,
        prices: Mapping[str, Price],
        refresh_options: str = "",
        spell: Callable[[Path], str] = api_path,
    ) -> JobEstimate:
        """Return the estimate of a job.

        Args:
            request: A valid request of `CreateInferenceRecommendationsJob`, with `UNRESOLVED` in place of each token.
            region: Where the job would run; None if unknown.
            prices: Of the Region, by instance type.
            refresh_options: More options for the command that reads missing prices, such as `--prices FILE`.
            spell: Returns a path in the user's spelling. Default: as the API spells it.
        """
        if region is None:
            return _unknown(["the Region, which --region or AWS_REGION says"])
        document = RequestDocument(request)
        unresolved = [path for field in _READ for path, value in document.each(field) if value is UNRESOLVED]
        if unresolved:
            return _unknown([f"{spell(path)}, which is known only at deploy time" for path in unresolved])
        known = _Prices(region=region, by_instance_type=prices, refresh_options=refresh_options)
        input_config: Mapping[str, Any] = request.get("InputConfig") or {}
        if request.get("JobType") == "Advanced":
            return _advanced(input_config, known, spell)
        return _default(input_config, known)

    def in_words(self) -> str:
        """Return the estimate on one line, without a full stop."""
        if self.highest is None:
            return f"unknown. Missing: {'; '.join(self.missing)}"
        amount = (
            f"at most {self.highest:,.3f} USD"
            if self.lowest is None
            else f"{self.lowest:,.3f} to {self.highest:,.3f} USD"
        )
        return f"{amount}, {self.basis}, at prices of {self.prices_of}. Not included: {', '.join(self.left_out)}"


@dataclass(frozen=True, kw_only=True)
class _Prices:
    """The prices of a Region, and the command that reads more of them."""

    region: str
    by_instance_type: Mapping[str, Price]
    refresh_options: str

    def missing(self, names: Sequence[str]) -> list[str]:
        unknown = sorted({name for name in names if name not in self.by_instance_type})
        return [f"the price of {', '.join(unknown)} in {self.region}: {self.refresh}"] if unknown else []

    @property
    def refresh(self) -> str:
        options = f" {self.refresh_options}" if self.refresh_options else ""
        return f"run inference-recommender estimate --refresh --region {self.region}{options}"


def _advanced(input_config: Mapping[str, Any], known: _Prices, spell: Callable[[Path], str]) -> JobEstimate:
    prices = known.by_instance_type
    configurations: Sequence[Mapping[str, Any]] = input_config.get("EndpointConfigurations") or []
    tests = [name for each in configurations if (name := each.get("InstanceType")) for _ in range(_combinations(each))]
    serverless = any(each.get("ServerlessConfig") for each in configurations)
    left_out = [*LEFT_OUT, *(["serverless tests"] if serverless else [])]
    longest = _longest_test(input_config)
    missing = known.missing(tests)
    if not tests:
        missing.append(f"instance types in {spell(_CONFIGURATIONS)}")
    if longest is None:
        missing.append(spell(_DURATION))
    if missing or longest is None:
        return _unknown(missing)
    limit: int = (input_config.get("ResourceLimit") or {}).get("MaxNumberOfTests") or len(tests)
    dearest = sorted((prices[name].dollars_per_hour for name in tests), reverse=True)[:limit]
    count = f"{len(dearest)} test{'' if len(dearest) == 1 else 's'}"
    return JobEstimate(
        lowest=None,
        highest=sum(dearest) * (longest / _HOUR),
        basis=f"{count} of at most {duration(longest)} in {known.region}",
        missing=(),
        left_out=left_out,
        prices_of=min(prices[name].date for name in tests),
    )


def _default(input_config: Mapping[str, Any], known: _Prices) -> JobEstimate:
    prices = known.by_instance_type
    container: Mapping[str, Any] = input_config.get("ContainerConfig") or {}
    named: Sequence[str] = list(dict.fromkeys(container.get("SupportedInstanceTypes") or []))
    missing = known.missing(named) if prices else [f"prices of {known.region}: {known.refresh}"]
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
        basis=f"{basis}, {duration(DEFAULT_JOB)} in {known.region}",
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


def _unknown(missing: Sequence[str]) -> JobEstimate:
    return JobEstimate(lowest=None, highest=None, basis="", missing=missing, left_out=LEFT_OUT, prices_of=None)
