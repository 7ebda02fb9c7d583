"""Outage in which Lambda rejects all calls."""

from __future__ import annotations

from dataclasses import dataclass


class LambdaRefusedError(Exception):
    """Lambda rejected the call, so the function didn't run."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """Name of the error in Step Functions."""


@dataclass(frozen=True)
class LambdaOutage:
    """Start and end in epoch seconds, and the error."""

    begins: float
    ends: float
    code: str

    def refusal(self, now: float) -> LambdaRefusedError | None:
        """Return the error of a call at the given time, or None."""
        return LambdaRefusedError(self.code) if self.begins <= now < self.ends else None
