"""Invocation of the function that pauses at one of its API calls while the world continues."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FUNCTION_TIMEOUT = 60.0


class FunctionDiedError(Exception):
    """The function's process was killed, or didn't start."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """Name of the error in Step Functions."""


class KilledError(BaseException):
    """Ends the handler's code. It can't be caught as an Exception."""


@dataclass(frozen=True)
class Pause:
    """Pause of an invocation."""

    at_call: int
    """Number of the call, from 1, over all services."""
    seconds: float
    """Length of the pause. A minute or more ends the function."""
    done: bool = False
    """Whether the call has taken effect before the pause, so that only its response is late."""
    operation: str | None = None
    """Count only calls of this operation."""


class InvocationThread:
    """Thread that alternates with its creator, and never runs concurrently."""

    def __init__(self, invoke: Callable[[], Mapping[str, Any]], pause: Pause) -> None:
        self._invoke, self.pause = invoke, pause
        self._calls = 0
        self._killed = False
        self._turn, self._handed_back = threading.Semaphore(0), threading.Semaphore(0)
        self.over = False
        self.result: Mapping[str, Any] | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def current(self) -> bool:
        """Return whether the caller runs in this invocation."""
        return threading.current_thread() is self._thread

    def resume(self, *, killed: bool = False) -> None:
        """Run until the pause or the end."""
        self._killed = killed
        self._turn.release()
        self._handed_back.acquire()

    def called(self, operation: str, *, done: bool) -> None:
        """Handle the start (not `done`) and the end of each API call."""
        if done != self.pause.done or (self.pause.operation or operation) != operation:
            return
        self._calls += 1
        if self._calls == self.pause.at_call:
            self._handed_back.release()
            self._turn.acquire()
            if self._killed:
                raise KilledError

    def _run(self) -> None:
        self._turn.acquire()
        try:
            self.result = self._invoke()
        except Exception as error:  # noqa: BLE001 - the exception is the result
            self.error = error
        self.over = True
        self._handed_back.release()
