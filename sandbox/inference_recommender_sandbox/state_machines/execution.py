"""One execution of a state machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from .history import History


@dataclass(kw_only=True)
class Execution:
    """An execution; times are virtual, in seconds since the epoch.

    Attributes:
        input: JSON, as it was given.
        output: JSON, once SUCCEEDED.
        error: Once FAILED; or ABORTED, if the caller gave one.
    """

    arn: str
    name: str
    state_machine_arn: str
    definition: dict[str, Any]
    role_arn: str
    input: str
    started_at: float
    status: str = "RUNNING"
    stopped_at: float | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    history: History = field(default_factory=History)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_running(self) -> bool:
        """Return whether it isn't over."""
        return self.status == "RUNNING"

    def record(self, kind: str, now: float, **details: dict[str, Any]) -> None:
        """Record an event, unless the execution is over: what it called may continue, but leaves no trace.

        Raises:
            HistoryFullError: If only one more event fits.
        """
        with self._lock:
            if self.is_running:
                self.history.record(kind, now, **details)

    def end(
        self,
        status: str,
        *,
        now: float,
        output: str | None = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> bool:
        """End the execution.

        Returns:
            Whether it ran until now; if not, it stays as it ended before.
        """
        with self._lock:
            if not self.is_running:
                return False
            self.history.end(status, now, output=output, error=error, cause=cause)
            # A timeout's error stands in the history only.
            if status != "TIMED_OUT":
                self.output, self.error, self.cause = output, error or None, cause or None
            self.stopped_at = now
            self.status = status
            return True
