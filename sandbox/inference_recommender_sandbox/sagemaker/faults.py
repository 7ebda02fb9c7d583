"""Faults that can be ordered: what goes wrong at AWS now and then, at will.

Two ways. By name: a model name, or the name of a model package's group, that contains one of `NAMED_FAULTS` (the group
`fail-job-demo` makes every job of its packages fail). Or by `FaultRegistry.order`, which takes JSON:

| `fault` | other members | effect |
|---|---|---|
| `throttle` | `operation`, `count` = 1 | the next calls, retries included, are refused with ThrottlingException |
| `internal-error` | `operation`, `count` = 1 | the next calls fail with status 500, nothing done |
| `lose-response` | `operation`, `count` = 1 | the next calls are carried out, then fail with status 500 |
| `fail-job` | `job` = `*`, `reason`, `steps` = [] | matching jobs created from now on fail |
| `fail-steps` | `job` = `*`, `reason`, `steps` | only the benchmarks of these instance types fail |
| `nan-metrics` | `job` = `*` | matching jobs report NaN utilisation |
| `microsecond-latency` | `job` = `*` | matching jobs report latencies in microseconds, as the service's preview did |
| `no-results` | `job` = `*` | matching jobs complete without recommendations |
| `slow-job` | `job` = `*`, `seconds` | matching jobs take so much longer |
| `short-job` | `job` = `*`, `seconds` | matching jobs take no longer than that |
| `vanish-job` | `job` | a job is unknown from now on; its name stays taken |
| `slow-create` | `seconds` | every create takes so long before it responds |
| `role-propagation` | `seconds` | a role can be assumed only so long after it was first named |
| `late-tags` | `seconds` | a resource's tags don't show, and don't count in conditions, so long after its creation |
| `no-tagging-action` | | tagging on creation is authorised without `sagemaker:TaggingAction` |
| `trip-alarm` | `alarm` = `*`, `count` = 1 | the next updates of endpoints put one of their alarms into ALARM |
| `quota` | `limit` | how many jobs may run at a time |
| `duplicate-as-validation` | | a name that is taken is refused with ValidationException |
| `clear` | | no fault any more |

`operation` is an API operation's name or `*`; `job` a job's name, `alarm` an alarm's, in which `*` stands for anything.
The alarm is in ALARM from the first traffic to the new instances until the old ones serve alone again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.sagemaker.jobs.inference_recommendations_job import Fate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from inference_recommender_sandbox.sagemaker.jobs.benchmark_plan import Benchmark

INVALID_INPUT_REASON: Final = (
    "INVALID_INPUT : 1. Model (owned by the customer in the container) returned 4xx or 5xx error code."
)

NAMED_FAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "fail-job": {"fault": "fail-job"},
    "fail-first-step": {"fault": "fail-steps", "steps": ["first"]},
    "fail-all-steps": {"fault": "fail-steps", "steps": ["*"]},
    "nan-metrics": {"fault": "nan-metrics"},
    "microsecond-latency": {"fault": "microsecond-latency"},
    "no-results": {"fault": "no-results"},
    "slow-job": {"fault": "slow-job", "seconds": 7200},
}
"""What a name that contains the key orders for its own jobs. `first` is the first benchmark, `*` every one."""

_MEMBERS: Final[Mapping[str, Mapping[str, type]]] = {
    "throttle": {"operation": str, "count": int},
    "internal-error": {"operation": str, "count": int},
    "lose-response": {"operation": str, "count": int},
    "fail-job": {"job": str, "reason": str, "steps": list},
    "fail-steps": {"job": str, "reason": str, "steps": list},
    "nan-metrics": {"job": str},
    "microsecond-latency": {"job": str},
    "no-results": {"job": str},
    "slow-job": {"job": str, "seconds": int},
    "short-job": {"job": str, "seconds": int},
    "vanish-job": {"job": str},
    "slow-create": {"seconds": int},
    "role-propagation": {"seconds": int},
    "late-tags": {"seconds": int},
    "no-tagging-action": {},
    "trip-alarm": {"alarm": str, "count": int},
    "quota": {"limit": int},
    "duplicate-as-validation": {},
    "clear": {},
}
_REQUIRED: Final[Mapping[str, Sequence[str]]] = {
    "throttle": ("operation",),
    "internal-error": ("operation",),
    "lose-response": ("operation",),
    "fail-steps": ("steps",),
    "slow-job": ("seconds",),
    "short-job": ("seconds",),
    "vanish-job": ("job",),
    "slow-create": ("seconds",),
    "role-propagation": ("seconds",),
    "late-tags": ("seconds",),
    "quota": ("limit",),
}
_CALL_FAULTS: Final = frozenset({"throttle", "internal-error", "lose-response"})


def fault_members() -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Each kind, the members that it must have, and those that it may have besides."""
    for kind, members in _MEMBERS.items():
        required = _REQUIRED.get(kind, ())
        yield kind, required, [name for name in members if name not in required]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One ordered fault; members that its kind doesn't have keep their default."""

    fault: str
    operation: str = "*"
    count: int = 1
    job: str = "*"
    reason: str = INVALID_INPUT_REASON
    steps: Sequence[str] = ()
    seconds: float = 0.0
    limit: int = 0
    alarm: str = "*"

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Fault:
        """Read a fault from JSON.

        Raises:
            ValueError: The fault is unknown, or a member is missing, unknown or of the wrong type.
        """
        kind = document.get("fault")
        members = _MEMBERS.get(str(kind))
        if members is None:
            raise ValueError(f"unknown fault {kind!r}; choose one of {', '.join(_MEMBERS)}")
        given = {name: value for name, value in document.items() if name != "fault"}
        for name, value in given.items():
            if name not in members:
                allowed = ", ".join(members) or "none"
                raise ValueError(f"fault {kind!r} has no member {name!r}; its members are: {allowed}")
            wanted = (int, float) if name == "seconds" else (members[name],)
            if not isinstance(value, wanted) or isinstance(value, bool):
                kind_of_value = members[name].__name__
                raise ValueError(  # noqa: TRY004 - the JSON is wrong, not a type of Python's
                    f"member {name!r} of fault {kind!r} is {value!r}; write {kind_of_value}"
                )
        missing = [name for name in _REQUIRED.get(str(kind), ()) if name not in given]
        if missing:
            raise ValueError(f"fault {kind!r} lacks {', '.join(missing)}")
        return cls(fault=str(kind), **given)


class FaultRegistry:
    """The faults that are ordered at present. Safe to use from several threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def order(self, fault: Mapping[str, Any]) -> None:
        """Orders a fault; see the table above.

        Raises:
            ValueError: The fault is unknown, or a member is missing, unknown or of the wrong type.
        """
        parsed = Fault.parse(fault)
        with self._lock:
            if parsed.fault == "clear":
                self._faults.clear()
            else:
                self._faults.append(parsed)

    def take_call_fault(self, operation: str) -> str | None:
        """The kind of fault that the next call of an operation meets; each order is used up by its count."""
        fault = self._take(lambda each: each.fault in _CALL_FAULTS and each.operation in {operation, "*"})
        return fault.fault if fault else None

    def take_tripped_alarm(self, names: Sequence[str]) -> str | None:
        """Return which of an update's alarms goes into ALARM; each order is used up by its count."""

        def is_of(fault: Fault) -> bool:
            return fault.fault == "trip-alarm" and any(fnmatchcase(name, fault.alarm) for name in names)

        fault = self._take(is_of)
        return next(name for name in names if fnmatchcase(name, fault.alarm)) if fault else None

    def seconds(self, kind: str) -> float:
        """The seconds of the latest order of a kind; 0 if there is none."""
        fault = self._latest(kind)
        return fault.seconds if fault else 0.0

    def limit(self, kind: str) -> int | None:
        """The limit of the latest order of a kind; None if there is none."""
        fault = self._latest(kind)
        return fault.limit if fault else None

    def is_ordered(self, kind: str) -> bool:
        """Return whether a kind without further members is ordered."""
        return self._latest(kind) is not None

    def has_vanished(self, job_name: str) -> bool:
        """Return whether a job is to be unknown."""
        return any(fault.fault == "vanish-job" and fnmatchcase(job_name, fault.job) for fault in self._snapshot())

    def fate(self, job_name: str, *, model_name: str, benchmarks: Sequence[Benchmark]) -> Fate:
        """What the faults do to a job that is being created.

        Args:
            job_name: Matched against the faults' `job`.
            model_name: The model's or the model package group's name, which may order a fault by itself.
            benchmarks: The job's, in order.
        """
        named = [Fault.parse(order) for part, order in NAMED_FAULTS.items() if part in model_name]
        ordered = [fault for fault in self._snapshot() if fnmatchcase(job_name, fault.job)]
        fate = Fate()
        for fault in [*named, *ordered]:
            fate = _with_fault(fate, fault, benchmarks)
        return fate

    def _take(self, is_meant: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for index, fault in enumerate(self._faults):
                if is_meant(fault):
                    if fault.count > 1:
                        self._faults[index] = replace(fault, count=fault.count - 1)
                    else:
                        del self._faults[index]
                    return fault
        return None

    def _latest(self, kind: str) -> Fault | None:
        return next((fault for fault in reversed(self._snapshot()) if fault.fault == kind), None)

    def _snapshot(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)


def _with_fault(fate: Fate, fault: Fault, benchmarks: Sequence[Benchmark]) -> Fate:
    changes: Mapping[str, Mapping[str, Any]] = {
        "nan-metrics": {"without_utilization": True},
        "microsecond-latency": {"latency_in_microseconds": True},
        "no-results": {"without_results": True},
        "slow-job": {"extra_seconds": fate.extra_seconds + fault.seconds},
        "short-job": {"max_seconds": fault.seconds},
    }
    if fault.fault in changes:
        return replace(fate, **changes[fault.fault])
    if fault.fault not in {"fail-job", "fail-steps"}:
        return fate
    failing = {
        index: fault.reason
        for index, benchmark in enumerate(benchmarks)
        if "*" in fault.steps or benchmark.place in fault.steps or ("first" in fault.steps and index == 0)
    }
    failures = {**fate.step_failures, **failing}
    job_fails = fault.fault == "fail-job" or len(failures) == len(benchmarks)
    return replace(fate, step_failures=failures, failure_reason=fault.reason if job_fails else fate.failure_reason)
