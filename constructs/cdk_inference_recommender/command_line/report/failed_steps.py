"""The benchmarks of a job that failed, grouped by reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class FailedSteps:
    """Benchmarks that failed for one reason."""

    reason: str
    benchmarks: Sequence[str]


def differing(variations: Sequence[Mapping[str, str]]) -> set[str]:
    """Return the names whose values differ between the variations."""
    names = {name for variation in variations for name in variation}
    return {name for name in names if len({variation.get(name) for variation in variations}) > 1}


def failed_steps(steps: Sequence[Mapping[str, Any]]) -> list[FailedSteps]:
    """Return the failed benchmarks, once for each reason.

    Args:
        steps: As `ListInferenceRecommendationsJobSteps` returns them.
    """
    by_reason: dict[str, list[str]] = {}
    varying = differing([_environment(step) for step in steps])
    for step in steps:
        if step.get("Status") == "FAILED":
            benchmark = step.get("InferenceBenchmark") or {}
            reason = one_line(benchmark.get("FailureReason") or "The service gives no reason.")
            by_reason.setdefault(reason, []).append(_benchmark(step, varying))
    return [FailedSteps(reason=reason, benchmarks=benchmarks) for reason, benchmarks in by_reason.items()]


def _benchmark(step: Mapping[str, Any], varying: Container[str]) -> str:
    benchmark = step.get("InferenceBenchmark") or {}
    endpoint = benchmark.get("EndpointConfiguration") or {}
    serverless = endpoint.get("ServerlessConfig") or {}
    if serverless:
        place = f"serverless {serverless.get('MemorySizeInMB')} MB x {serverless.get('MaxConcurrency')}"
    else:
        place = str(endpoint.get("InstanceType") or endpoint.get("EndpointName") or step.get("StepType", "a step"))
    # As with results, a value that all have, such as a token of the model's container, is not shown.
    environment = [f"{name}={value}" for name, value in _environment(step).items() if name in varying]
    return " ".join([place, *environment])


def _environment(step: Mapping[str, Any]) -> dict[str, str]:
    model = (step.get("InferenceBenchmark") or {}).get("ModelConfiguration") or {}
    return {each["Key"]: each["Value"] for each in model.get("EnvironmentParameters") or []}


def one_line(text: object) -> str:
    """Return the text with single spaces instead of line breaks."""
    return " ".join(str(text).split())
