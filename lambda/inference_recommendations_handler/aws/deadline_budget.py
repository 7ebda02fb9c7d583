"""Time that calls of AWS may take, so that the response is sent before the invocation ends."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from .errors import AWS_ERRORS, OutOfTimeError, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from .error_codes import ErrorKind

T = TypeVar("T")


class RemainingTime:
    """Seconds that remain in the invocation; infinite if unknown."""

    def __init__(self) -> None:
        self._read: ContextVar[Callable[[], float]] = ContextVar("remaining", default=lambda: math.inf)

    @contextmanager
    def of(self, read: Callable[[], float]) -> Iterator[None]:
        """Use `read` until the context exits."""
        token = self._read.set(read)
        try:
            yield
        finally:
            self._read.reset(token)

    def __call__(self) -> float:
        """Return the seconds that remain now."""
        return self._read.get()()


@dataclass(frozen=True, kw_only=True)
class DeadlineBudget:
    """Latest time at which a client's last attempt may start."""

    remaining: RemainingTime
    min_remaining: float
    """Seconds for that attempt and for everything after it."""

    def pause(self, seconds: float) -> bool:
        """Wait before another attempt. Return False at once if not enough time would remain for it."""
        if self.remaining() - seconds < self.min_remaining:
            return False
        time.sleep(seconds)
        return True

    def retry(self, call: Callable[[], T], *, kinds: Collection[ErrorKind], after_seconds: Iterable[float]) -> T:
        """Make a call, and retry errors of the given kinds after each pause. Raise the last error."""
        for seconds in after_seconds:
            try:
                return call()
            except AWS_ERRORS as error:
                if kind_of(error) not in kinds or not self.pause(seconds):
                    raise
        return call()

    def attach(self, client: Any) -> None:
        """Prevent the client from starting an attempt too late, and from waiting after an attempt that failed then.

        botocore raises what these handlers raise and doesn't retry, since it isn't a connection error. The handlers
        return None: botocore before 1.43.20 takes False for the seconds until the next attempt.
        """
        service, events = client.meta.service_model.service_id.hyphenize(), client.meta.events
        events.register_first(f"before-send.{service}", self._before_attempt, unique_id="budget")
        events.register_first(f"needs-retry.{service}", self._after_attempt, unique_id="budget-retry")

    def _before_attempt(self, *, event_name: str, **_: Any) -> None:
        if self.remaining() < self.min_remaining:
            raise OutOfTimeError(operation=event_name.rpartition(".")[2])

    def _after_attempt(self, *, response: Any, operation: Any, caught_exception: Exception | None, **_: Any) -> None:
        if self.remaining() >= self.min_remaining:
            return
        if caught_exception is not None:
            raise caught_exception
        http, parsed = response
        if http.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise ClientError(parsed, operation.name)
