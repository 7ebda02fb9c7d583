"""How much of an invocation's time calls of AWS may take, so that CloudFormation is answered before it is over."""

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

    from .errors import ErrorKind

T = TypeVar("T")


class RemainingTime:
    """Seconds that the invocation under way has left; without end where nobody said."""

    def __init__(self) -> None:
        self._read: ContextVar[Callable[[], float]] = ContextVar("remaining", default=lambda: math.inf)

    @contextmanager
    def of(self, read: Callable[[], float]) -> Iterator[None]:
        """Ask `read` for them, until the context is left."""
        token = self._read.set(read)
        try:
            yield
        finally:
            self._read.reset(token)

    def __call__(self) -> float:
        """As of now."""
        return self._read.get()()


@dataclass(frozen=True, kw_only=True)
class DeadlineBudget:
    """When a client's last attempt may begin."""

    remaining: RemainingTime
    min_remaining: float
    """Seconds for that attempt and for all that has to follow it."""

    def pause(self, seconds: float) -> bool:
        """Wait before a call is made again; False, at once, where too little time would be left for the call then."""
        if self.remaining() - seconds < self.min_remaining:
            return False
        time.sleep(seconds)
        return True

    def retry(self, call: Callable[[], T], *, kinds: Collection[ErrorKind], after_seconds: Iterable[float]) -> T:
        """Make a call, and again after each pause while it fails in one of the ways given; raises its last error."""
        for seconds in after_seconds:
            try:
                return call()
            except AWS_ERRORS as error:
                if kind_of(error) not in kinds or not self.pause(seconds):
                    raise
        return call()

    def attach(self, client: Any) -> None:
        """Let no attempt of the client begin too late; one that failed then isn't even waited after.

        botocore raises what these handlers raise and doesn't try again, as it is no error of the connection. They
        answer nothing: for botocore before 1.43.20, False too is so many seconds until the next attempt.
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
