"""The history of an execution, as GetExecutionHistory returns it.

Sources: the API reference, HistoryEvent; recorded executions of AWS in LocalStack's snapshots
(https://github.com/localstack/localstack, tests/aws/services/stepfunctions).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

MAX_HISTORY_EVENTS: Final = 25_000
"""Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""
_BOTH: Final = ("error", "cause")


class HistoryFullError(Exception):
    """The next event must be the one that fails the execution."""


class History:
    """Events in their order, up to the one that ends the execution."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    @property
    def last_id(self) -> int:
        """The last event's id; 0 if there is none."""
        return len(self.events)

    def record(self, kind: str, now: float, **details: dict[str, Any]) -> None:
        """Record an event of a running execution.

        Args:
            kind: The event's type.
            now: Virtual time in seconds since the epoch.
            details: The member of the event that has its details, if its type has one.

        Raises:
            HistoryFullError: If only one more event fits.
        """
        if self.last_id >= MAX_HISTORY_EVENTS - 1:
            raise HistoryFullError
        # The first state's entry has no predecessor, though the execution's start is event 1.
        self._append(kind, now, previous=0 if self.last_id == 1 else self.last_id, **details)

    def end(self, status: str, now: float, *, output: str | None, error: str | None, cause: str | None) -> None:
        """Record the event that ends the execution."""
        name = {
            "SUCCEEDED": "ExecutionSucceeded",
            "FAILED": "ExecutionFailed",
            "TIMED_OUT": "ExecutionTimedOut",
            "ABORTED": "ExecutionAborted",
        }[status]
        if status == "SUCCEEDED":
            details: dict[str, Any] = {"output": output, "outputDetails": {"truncated": False}}
        else:
            details = failure_details(error, cause)
        # What ends the execution from outside has no predecessor.
        previous = 0 if status in ("TIMED_OUT", "ABORTED") else self.last_id
        self._append(name, now, previous=previous, **{f"{name[0].lower()}{name[1:]}EventDetails": details})

    def _append(self, kind: str, now: float, *, previous: int, **details: dict[str, Any]) -> None:
        timestamp = datetime.fromtimestamp(now, UTC)
        event = {"timestamp": timestamp, "type": kind, "id": self.last_id + 1, "previousEventId": previous}
        self.events.append(event | details)


def failure_details(error: str | None, cause: str | None) -> dict[str, str]:
    """Return the details of a failure; what is empty is left out, as AWS does."""
    return {name: value for name, value in zip(_BOTH, (error, cause), strict=True) if value}
