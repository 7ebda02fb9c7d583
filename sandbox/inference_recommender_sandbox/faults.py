"""Faults of functions and custom resources that can be ordered; SageMaker has its own, see `sagemaker/faults.py`.

| `fault` | other members | effect |
|---|---|---|
| `repeat-delivery` | `function` = `*`, `count` = 1 | the next asynchronous events are delivered twice |
| `late-delivery` | `function` = `*`, `seconds`, `count` = 1 | they are delivered so many virtual seconds late |
| `kill-function` | `function` = `*`, `count` = 1, `after` = 0.5 | the next invocations' processes die that late |
| `throttle-function` | `function` = `*`, `count` = 1 | the next invocations are refused for concurrency |
| `break-function` | `function` = `*` | the functions can't be imported, until `clear` |
| `reject-response` | `count` = 1 | the next responses of custom resources are refused with status 503 |
| `fail-resource` | `resource` = `*`, `operation`, `count` = 1 | the next operations on these resources fail, unsent |
| `adopt-failed-id` | | the id in a custom resource's FAILED response to Update counts, until `clear` |
| `iam-propagation` | `seconds` | what a role is allowed takes effect so many virtual seconds late, until `clear` |
| `abort-execution` | `execution` = `*` | executions of state machines that run now are aborted |
| `clear` | | no fault any more, of SageMaker's neither |

`after` is in seconds; with 0 the process dies before its handler runs, however quick that is.

`function` is a function's name, `resource` a logical id, `execution` an execution's name; `*` stands for anything in
them. `operation` is `create`, `update` or `delete`. Whether CloudFormation takes the id in a FAILED response to Update
isn't documented, so the sandbox can do both: it doesn't by itself, and does by order.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KINDS: Final[Mapping[str, frozenset[str]]] = {
    "repeat-delivery": frozenset({"function", "count"}),
    "late-delivery": frozenset({"function", "count", "seconds"}),
    "kill-function": frozenset({"function", "count", "after"}),
    "throttle-function": frozenset({"function", "count"}),
    "break-function": frozenset({"function"}),
    "reject-response": frozenset({"count"}),
    "fail-resource": frozenset({"resource", "operation", "count"}),
    "adopt-failed-id": frozenset(),
    "iam-propagation": frozenset({"seconds"}),
    "abort-execution": frozenset({"execution"}),
}

_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {"count": int, "seconds": (int, float), "after": (int, float)}
_REQUIRED: Final = frozenset({"seconds", "operation"})
_OPERATIONS: Final = ("create", "update", "delete")


def fault_members() -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Each kind, the members that it must have, and those that it may have besides."""
    for kind, members in KINDS.items():
        yield kind, sorted(members & _REQUIRED), sorted(members - _REQUIRED)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One ordered fault.

    Attributes:
        count: How many times it is still to happen.
        seconds: Virtual seconds.
        after: Virtual seconds from the invocation's start.
    """

    fault: str
    function: str = "*"
    count: int = 1
    seconds: float = 0.0
    after: float = 0.5
    resource: str = "*"
    operation: str = ""
    execution: str = "*"


class EngineFaults:
    """The faults that are ordered at present. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def order(self, document: Mapping[str, Any]) -> None:
        """Order a fault; see the table above.

        Raises:
            ValueError: If a member is unknown or of the wrong type.
        """
        kind = str(document.get("fault"))
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; choose one of {', '.join(KINDS)}")
        for name, value in document.items():
            if name == "fault":
                continue
            if name not in KINDS[kind]:
                raise ValueError(
                    f"fault {kind!r} has no member {name!r}; its members are: {', '.join(sorted(KINDS[kind]))}"
                )
            wanted = _TYPES.get(name, str)
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise ValueError(  # noqa: TRY004 - the JSON is wrong, not a type of Python's
                    f"member {name!r} of fault {kind!r} is {value!r}"
                )
        missing = sorted(_REQUIRED & KINDS[kind] - document.keys())
        if missing:
            raise ValueError(f"fault {kind!r} lacks {', '.join(missing)}")
        if document.get("operation", "create") not in _OPERATIONS:
            raise ValueError(f"operation is {document['operation']!r}; choose one of {', '.join(_OPERATIONS)}")
        with self._lock:
            self._faults.append(Fault(**document))

    def take(self, kind: str, *, function: str = "", resource: str = "", operation: str = "") -> Fault | None:
        """Return the fault that is to happen now, and count it; `None` where there is none."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if (
                    fault.fault == kind
                    and fnmatchcase(function, fault.function)
                    and fnmatchcase(resource, fault.resource)
                    and operation == fault.operation
                ):
                    if fault.count > 1:
                        self._faults[index] = replace(fault, count=fault.count - 1)
                    else:
                        del self._faults[index]
                    return fault
        return None

    def lasting(self, kind: str, *, function: str = "") -> Fault | None:
        """Return the latest order of a fault that stays until it is cleared; `None` where there is none."""
        with self._lock:
            return next(
                (
                    fault
                    for fault in reversed(self._faults)
                    if fault.fault == kind and fnmatchcase(function, fault.function)
                ),
                None,
            )

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()
