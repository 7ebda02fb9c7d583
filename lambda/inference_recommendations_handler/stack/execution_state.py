"""State that an execution of the state machine carries from one call of the handler to the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

from inference_recommendations_handler.protocol.contract import StateKey
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

PERMISSION_BOUND_SECONDS: Final = 5 * 60
"""IAM changes propagate within seconds, rarely minutes. A denial that lasts longer is taken for permanent."""


class Task(StrEnum):
    """Long operations, one for each execution."""

    CREATE = "create"
    WAIT = "wait"
    DELETE = "delete"
    ENDPOINT_PREPARATION = "endpoint-preparation"
    ENDPOINT_INSTANCE_COUNT = "endpoint-instance-count"


@dataclass(frozen=True, kw_only=True)
class ExecutionState:
    """State of any execution; each task's own state adds fields.

    In JSON the names are in camel case, and fields that are None are left out.
    """

    task: Task
    event: CustomResourceEvent
    wait_seconds: int = 0
    """Pause before the next call of the handler."""
    done: bool = False
    """Whether the execution ends."""
    error: Mapping[str, Any] | None = None
    """Error of the last call, which the state machine's Catch sets before its final call."""
    denied_since: float | None = None
    """Time of the first denial in an unbroken sequence, in epoch seconds."""
    reason: str | None = None
    """Why the execution still waits."""
    failure: str | None = None
    """Why the execution ended without doing what it was started for."""

    @classmethod
    def parse(cls, document: Mapping[str, Any], *, now: float) -> Self:
        """Read the JSON that `render` returned. Members of other tasks are ignored.

        Args:
            document: Input or output of an execution.
            now: Time of the request, in epoch seconds, if the event doesn't contain it.

        Raises:
            InvalidEventError: The event lacks a required member.
            KeyError: The event is missing.
        """
        members = {each.name: document[key] for each in fields(cls) if (key := _key(each.name)) in document}
        event = CustomResourceEvent.parse(document[_key("event")], now=now)
        return cls(**members | {"task": Task(document[StateKey.TASK]), "event": event})

    def render(self) -> dict[str, Any]:
        """Return the state as JSON for the state machine."""
        members = {
            _key(name): asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
            for name, value in vars(self).items()
            if value is not None and value is not self.event
        }
        return members | {_key("task"): self.task.value, _key("event"): self.event.render()}

    def wait(self, seconds: float) -> Self:
        """Return the state that continues the execution after a pause of at least one second."""
        return replace(self, wait_seconds=max(round(seconds), 1), done=False)

    def finish(self) -> Self:
        """Return the state that ends the execution."""
        return replace(self, wait_seconds=0, done=True)

    def record_denial(self, *, denied: bool, now: float) -> Self:
        """Return the state after a call that was denied, or that wasn't."""
        return replace(self, denied_since=(self.denied_since or now) if denied else None)

    def is_denied_for_good(self, *, now: float) -> bool:
        """Return whether the denials have lasted longer than IAM takes to propagate a change."""
        return self.denied_since is not None and now >= self.denied_since + PERMISSION_BOUND_SECONDS


@cache
def _key(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
