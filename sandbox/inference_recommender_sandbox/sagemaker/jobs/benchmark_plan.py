"""Which benchmarks a job runs, and when.

An Advanced job benchmarks every endpoint configuration with every combination of its environment parameters, a limited
number of them at a time; a benchmark takes its set-up and the whole traffic pattern. None is started after
`JobDurationInSeconds`, but what runs then runs on, so a job may take longer ("Run a custom load test").
A Default job benchmarks a fixed set and takes 45 minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PENDING_SECONDS: Final = 30
DEFAULT_JOB_SECONDS: Final = 45 * 60
SET_UP_SECONDS: Final = 10 * 60
"""Until an endpoint is in service."""
WIND_DOWN_SECONDS: Final = 2 * 60

_DEFAULT_DURATION_SECONDS: Final = 2 * 60 * 60
_DEFAULT_TESTS: Final = 10
_DEFAULT_PARALLEL_TESTS: Final = 3
_MOST_RECOMMENDATIONS: Final = 10

_CANDIDATES: Final = (
    "ml.c5.xlarge",
    "ml.c5.2xlarge",
    "ml.c6i.xlarge",
    "ml.m5.large",
    "ml.m5.2xlarge",
    "ml.g4dn.xlarge",
    "ml.g5.xlarge",
    "ml.inf2.xlarge",
)
_SERVERLESS_CANDIDATES_MB: Final = (2048, 3072, 4096, 6144)
_SERVERLESS_CONCURRENCY: Final = 10


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """One load test of one configuration."""

    endpoint_name: str
    """Of the endpoint that the service makes for it, or of the existing endpoint."""
    starts_after: float
    """Seconds from the job's creation."""
    ends_after: float
    instance_type: str | None = None
    memory_size_in_mb: int | None = None
    max_concurrency: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    inference_specification_name: str | None = None
    existing_endpoint: bool = False
    """True for the baseline of an endpoint that the user named."""

    @property
    def place(self) -> str:
        """What is tested, for messages and faults: the instance type, or the serverless memory size in MB."""
        return self.instance_type or f"serverless-{self.memory_size_in_mb}"


@dataclass(frozen=True, kw_only=True)
class BenchmarkPlan:
    """All benchmarks of a job, and when the job ends if nothing goes wrong."""

    benchmarks: tuple[Benchmark, ...]
    ends_after: float
    """Seconds from the job's creation."""


def plan_benchmarks(
    request: Mapping[str, Any],
    *,
    endpoint_instance_type: str | None = None,
    package_instance_types: Sequence[str] = (),
) -> BenchmarkPlan:
    """Plans the benchmarks of a valid request.

    Args:
        request: Of `CreateInferenceRecommendationsJob`.
        endpoint_instance_type: Instance type of the existing endpoint that the request names, if it names one.
        package_instance_types: The model package's `SupportedRealtimeInferenceInstanceTypes`; a Default job chooses
            among them unless the request has its own.
    """
    source = request["InputConfig"]
    configurations = list(
        _advanced_configurations(source)
        if request["JobType"] == "Advanced"
        else _default_configurations(source, package_instance_types)
    )
    if request["JobType"] == "Advanced":
        slots, ends_after = _advanced_schedule(source, len(configurations))
    else:
        slots, ends_after = _default_schedule(len(configurations))
    planned = [
        Benchmark(
            endpoint_name=_endpoint_name(request["JobName"], index),
            starts_after=starts_after,
            ends_after=benchmark_ends_after,
            **configuration,
        )
        for index, (configuration, (starts_after, benchmark_ends_after)) in enumerate(
            zip(configurations, slots, strict=False)
        )
    ]
    for endpoint in source.get("Endpoints", []):
        baseline = planned[0]
        planned.append(
            Benchmark(
                endpoint_name=endpoint["EndpointName"],
                starts_after=PENDING_SECONDS,
                ends_after=baseline.ends_after,
                instance_type=endpoint_instance_type,
                existing_endpoint=True,
            )
        )
    return BenchmarkPlan(benchmarks=tuple(planned), ends_after=ends_after)


def traffic_seconds(traffic_pattern: Mapping[str, Any]) -> int:
    """How long the load of one benchmark lasts: the sum of the phases, or the stairs' duration."""
    if "Stairs" in traffic_pattern:
        return int(traffic_pattern["Stairs"].get("DurationInSeconds", 0))
    return sum(int(phase.get("DurationInSeconds", 0)) for phase in traffic_pattern.get("Phases", []))


def _advanced_configurations(source: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    most = source.get("ResourceLimit", {}).get("MaxNumberOfTests", _DEFAULT_TESTS)
    yield from islice(_all_configurations(source), min(most, _MOST_RECOMMENDATIONS))


def _all_configurations(source: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for configuration in source.get("EndpointConfigurations", []):
        ranges = configuration.get("EnvironmentParameterRanges", {}).get("CategoricalParameterRanges", [])
        serverless = configuration.get("ServerlessConfig", {})
        for values in product(*(each["Value"] for each in ranges)):
            yield {
                "instance_type": configuration.get("InstanceType"),
                "memory_size_in_mb": serverless.get("MemorySizeInMB"),
                "max_concurrency": serverless.get("MaxConcurrency"),
                "environment": {each["Name"]: value for each, value in zip(ranges, values, strict=True)},
                "inference_specification_name": configuration.get("InferenceSpecificationName"),
            }


def _default_configurations(source: Mapping[str, Any], package_types: Sequence[str]) -> Iterator[dict[str, Any]]:
    container = source.get("ContainerConfig", {})
    if container.get("SupportedEndpointType") == "Serverless":
        for memory in _SERVERLESS_CANDIDATES_MB:
            yield {"memory_size_in_mb": memory, "max_concurrency": _SERVERLESS_CONCURRENCY}
        return
    candidates = container.get("SupportedInstanceTypes") or package_types or _CANDIDATES
    for instance_type in candidates[:_MOST_RECOMMENDATIONS]:
        yield {"instance_type": instance_type}


def _advanced_schedule(source: Mapping[str, Any], number: int) -> tuple[list[tuple[float, float]], float]:
    parallel = source.get("ResourceLimit", {}).get("MaxParallelOfTests", _DEFAULT_PARALLEL_TESTS)
    last_start = source.get("JobDurationInSeconds", _DEFAULT_DURATION_SECONDS)
    each = SET_UP_SECONDS + traffic_seconds(source.get("TrafficPattern", {}))
    slots = []
    for index in range(number):
        starts_after = PENDING_SECONDS + index // parallel * each
        if index and starts_after > last_start:
            break
        slots.append((float(starts_after), float(starts_after + each)))
    return slots, max(ends for _, ends in slots) + WIND_DOWN_SECONDS


def _default_schedule(number: int) -> tuple[list[tuple[float, float]], float]:
    waves = math.ceil(number / _DEFAULT_PARALLEL_TESTS)
    each = (DEFAULT_JOB_SECONDS - PENDING_SECONDS - WIND_DOWN_SECONDS) / waves
    starts = [PENDING_SECONDS + index // _DEFAULT_PARALLEL_TESTS * each for index in range(number)]
    return [(start, start + each) for start in starts], float(DEFAULT_JOB_SECONDS)


def _endpoint_name(job_name: str, index: int) -> str:
    return f"sm-epc-{sha256(f'{job_name}/{index}'.encode()).hexdigest()[:24]}"
