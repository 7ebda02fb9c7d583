"""One execution of a state machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

MAX_HISTORY_EVENTS: Final = 25_000
"""Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


@dataclass(kw_only=True)
class Execution:
    """An execution; times are virtual, in seconds since the epoch.

    Attributes:
        input: JSON, as it was given.
        output: JSON, once SUCCEEDED.
        history: Events as GetExecutionHistory returns them.
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
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_running(self) -> bool:
        """Whether it isn't over."""
        return self.status == "RUNNING"

    def end(self, status: str, *, now: float, **outcome: str | None) -> None:
        """End the execution, once; later ends don't count."""
        if self.is_running:
            self.output, self.error, self.cause = outcome.get("output"), outcome.get("error"), outcome.get("cause")
            self.stopped_at = now
            self.status = status
