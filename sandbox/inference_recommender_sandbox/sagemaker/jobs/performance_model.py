"""The figures of the sandbox's benchmarks: made up, deterministic, and sensible to compare.

Nothing here was measured. The model is meant to give an app under test what a real job gives: results that differ by
instance type for the reasons one expects.

- A task is an amount of *work*: milliseconds that one vCPU of `ml.m5` would take for one inference. Large for images
  and text, small for tabular data.
- One inference runs on up to sixteen vCPUs, or on one accelerator if the instance has any and the framework is made for
  neural networks; its time is a fixed overhead plus work divided by speed. Bigger is faster, with less and less gain.
- An instance's *capacity* is all its vCPUs or accelerators at work at 85 percent.
- Under load the latency grows as 1 / (1 - load / 2). A latency threshold in the stopping conditions limits the load,
  and with it the invocations a minute.
- An Advanced job's `InitialInstanceCount` is what `StoppingConditions.MaxInvocations` needs; cost follows from it:
  `CostPerInference = CostPerHour / (MaxInvocations x 60)`, as in the service's documentation.
- A serverless endpoint has a vCPU per 1769 MB, is paid by GB-second, and is as concurrent as configured.
- Environment parameters and the nearest model change latency by a few percent, always the same for the same value.

`ModelLatency` is in milliseconds (developer guide, recommendation results), `ModelSetupTime` in microseconds, costs in
USD, utilisation in percent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .instance_type import InstanceType

NAN: Final = float("nan")
"""What the service reports for a metric that it doesn't have."""

_OVERHEAD_MS: Final = 4.0
_MOST_THREADS: Final = 16
_FULL_LOAD: Final = 0.85
_LEAST_LOAD: Final = 0.05
_BATCHING: Final = 1.6
"""How much more an accelerator does in parallel than one inference after another."""
_MB_PER_VCPU: Final = 1769
_USD_PER_GB_SECOND: Final = 0.00002
_MOST_MEMORY_USED: Final = 95.0
_SMALL_SERVERLESS_MB: Final = 2048

_WORK_MS: Final[Mapping[str, float]] = {
    "IMAGE_CLASSIFICATION": 120,
    "OBJECT_DETECTION": 300,
    "IMAGE_SEGMENTATION": 450,
    "TEXT_GENERATION": 900,
    "FILL_MASK": 150,
    "CLASSIFICATION": 12,
    "REGRESSION": 10,
}
_WORK_MS_OF_OTHER_TASKS: Final = 80.0
_FOOTPRINT_GIB: Final[Mapping[str, float]] = {"TEXT_GENERATION": 3.0, "CLASSIFICATION": 0.4, "REGRESSION": 0.4}
_FOOTPRINT_GIB_OF_OTHER_TASKS: Final = 1.5
_FRAMEWORKS_WITHOUT_ACCELERATION: Final = frozenset({"XGBOOST", "SAGEMAKER-SCIKIT-LEARN", "SCIKIT-LEARN"})
_TABULAR_TASKS: Final = frozenset({"CLASSIFICATION", "REGRESSION"})


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Load of one inference of the model."""

    task: str = "OTHER"
    framework: str = ""
    nearest_model_name: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def accelerated(self) -> bool:
        """Return whether an accelerator helps."""
        return self.framework.upper() not in _FRAMEWORKS_WITHOUT_ACCELERATION and self.task not in _TABULAR_TASKS

    @property
    def work_ms(self) -> float:
        """Milliseconds on one vCPU of `ml.m5`."""
        return _WORK_MS.get(self.task, _WORK_MS_OF_OTHER_TASKS) * (1 + _wobble(self.nearest_model_name, percent=10))

    @property
    def footprint_gib(self) -> float:
        """Memory that the loaded model takes."""
        return _FOOTPRINT_GIB.get(self.task, _FOOTPRINT_GIB_OF_OTHER_TASKS)


@dataclass(frozen=True, kw_only=True)
class Goal:
    """The stopping conditions of an Advanced job; both None for a Default job."""

    max_invocations: int | None = None
    """Requests a minute that the endpoint must serve."""
    latency_threshold_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class BenchmarkFigures:
    """One benchmark's result, in the units of the API's `RecommendationMetrics`."""

    instance_count: int | None
    """None for serverless."""
    cost_per_hour: float
    cost_per_inference: float
    max_invocations: int
    model_latency: int
    """Milliseconds."""
    cpu_utilization: float
    memory_utilization: float
    model_setup_time: int | None = None
    """Microseconds; serverless only."""

    def metrics(self) -> dict[str, float | int]:
        """The figures as the API's `RecommendationMetrics`."""
        metrics: dict[str, float | int] = {
            "CostPerHour": self.cost_per_hour,
            "CostPerInference": self.cost_per_inference,
            "MaxInvocations": self.max_invocations,
            "ModelLatency": self.model_latency,
            "CpuUtilization": self.cpu_utilization,
            "MemoryUtilization": self.memory_utilization,
        }
        if self.model_setup_time is not None:
            metrics["ModelSetupTime"] = self.model_setup_time
        return metrics


def real_time_figures(instance: InstanceType, workload: Workload, goal: Goal) -> BenchmarkFigures:
    """What a benchmark on real-time instances comes to.

    Args:
        instance: The instance type under test.
        workload: What runs on it.
        goal: What the endpoint must reach; without `max_invocations` one instance is measured.
    """
    uses_accelerator = workload.accelerated and instance.accelerators > 0
    if uses_accelerator:
        speed = instance.accelerator_speed
        total_speed = instance.accelerators * instance.accelerator_speed * _BATCHING
    else:
        speed = instance.core_speed * min(instance.vcpus, _MOST_THREADS) ** 0.65
        total_speed = instance.core_speed * instance.vcpus**0.95
    unloaded_ms = (_OVERHEAD_MS + workload.work_ms / speed) * (1 + _environment_effect(workload, instance.name))
    load = _load(unloaded_ms, goal)
    per_instance = max(1, int(60_000 / workload.work_ms * total_speed * load))
    count = max(1, math.ceil((goal.max_invocations or 0) / per_instance))
    cost_per_hour = round(instance.cost_per_hour * count, 4)
    cpu_utilization = 100 * load * (0.25 if uses_accelerator else 1)
    return BenchmarkFigures(
        instance_count=count,
        cost_per_hour=cost_per_hour,
        cost_per_inference=cost_per_hour / (per_instance * count * 60),
        max_invocations=per_instance * count,
        model_latency=max(1, round(unloaded_ms / (1 - load * 0.5))),
        cpu_utilization=round(cpu_utilization, 2),
        memory_utilization=round(min(_MOST_MEMORY_USED, 8 + 100 * workload.footprint_gib / instance.memory_gib), 2),
    )


def serverless_figures(
    memory_size_in_mb: int, max_concurrency: int, workload: Workload, goal: Goal
) -> BenchmarkFigures:
    """What a benchmark on a serverless endpoint comes to; utilisation of a small one is NaN, as the service's may be.

    Args:
        memory_size_in_mb: 1024 to 6144.
        max_concurrency: 1 to 200.
        workload: What runs on it.
        goal: Only its latency threshold plays a part: a serverless endpoint has no instances to count.
    """
    vcpus = memory_size_in_mb / _MB_PER_VCPU
    unloaded_ms = (_OVERHEAD_MS + workload.work_ms / vcpus**0.9) * (1 + _environment_effect(workload, "serverless"))
    load = _load(unloaded_ms, goal)
    latency_ms = unloaded_ms / (1 - load * 0.5)
    max_invocations = max(1, int(max_concurrency * 60_000 / latency_ms * load))
    cost_per_inference = _USD_PER_GB_SECOND * memory_size_in_mb / 1024 * latency_ms / 1000
    memory_utilization = round(min(_MOST_MEMORY_USED, 100 * workload.footprint_gib * 1024 / memory_size_in_mb), 2)
    return BenchmarkFigures(
        instance_count=None,
        cost_per_hour=round(cost_per_inference * max_invocations * 60, 6),
        cost_per_inference=cost_per_inference,
        max_invocations=max_invocations,
        model_latency=max(1, round(latency_ms)),
        cpu_utilization=NAN,
        memory_utilization=NAN if memory_size_in_mb <= _SMALL_SERVERLESS_MB else memory_utilization,
        model_setup_time=round((2 + 6 / vcpus) * 1_000_000),
    )


def _load(unloaded_ms: float, goal: Goal) -> float:
    """The share of its capacity at which an instance still keeps the latency threshold."""
    if goal.latency_threshold_ms is None:
        return _FULL_LOAD
    within_threshold = 2 * (1 - unloaded_ms / goal.latency_threshold_ms)
    return min(_FULL_LOAD, max(_LEAST_LOAD, within_threshold))


def _environment_effect(workload: Workload, place: str) -> float:
    return sum(_wobble(place, key, value, percent=4) for key, value in sorted(workload.environment.items()))


def _wobble(*parts: str, percent: float) -> float:
    """A fixed deviation for a text, between minus and plus so many percent; none for an empty one."""
    text = "\0".join(parts)
    if not text:
        return 0.0
    return (sha256(text.encode()).digest()[0] / 255 * 2 - 1) * percent / 100
