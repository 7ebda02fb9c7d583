"""Lambda refuses all calls for a while."""

from __future__ import annotations

from dataclasses import dataclass


class LambdaRefusedError(Exception):
    """Lambda itself refused the call, and the function didn't run."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """What Step Functions calls the error."""


@dataclass(frozen=True)
class LambdaOutage:
    """When calls are refused, in epoch seconds, and with what error."""

    begins: float
    ends: float
    code: str

    def refusal(self, now: float) -> LambdaRefusedError | None:
        """What a call of now fails with."""
        return LambdaRefusedError(self.code) if self.begins <= now < self.ends else None
