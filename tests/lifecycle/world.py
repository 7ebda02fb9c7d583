"""All fakes under one clock: delivers events as Lambda does, wakes executions, and takes answers."""

from __future__ import annotations

import heapq
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

from inference_recommendations_handler.handler import handle
from inference_recommendations_handler.invocation import Invocation

from .clock import Clock
from .machine import Machine
from .service import Service
from .wiring import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommendations_handler.aws import Clients

LAMBDA_RETRIES = (60.0, 120.0)
MAX_EVENT_AGE = 300.0
LOG_STREAM = "2027/01/15/[$LATEST]0123456789abcdef"


@dataclass(frozen=True)
class Received:
    """One answer that CloudFormation took or ignored."""

    at: float
    body: Mapping[str, Any]
    size: int


class World:
    """The handler's surroundings."""

    def __init__(self, clients: Clients) -> None:
        self.clock = Clock()
        self.service = Service(self.clock)
        self.machine = Machine(self.clock, self._invoke)
        self.clients = clients
        connect(clients, self.service, self.machine)
        self.answers: dict[str, list[Received]] = {}
        self.put_faults: list[int] = []
        self.extra_deliveries: list[float] = []
        self.lost_deliveries = 0
        self.function_exists = True
        self._deliveries: list[tuple[float, int, Mapping[str, Any], int, float]] = []
        self._order = itertools.count()

    def send(self, event: Mapping[str, Any]) -> None:
        """Invoke the function asynchronously, and again after each of the `extra_deliveries`, in seconds."""
        self._deliver_at(self.clock.now, event, attempt=0, queued_at=self.clock.now)
        while self.extra_deliveries:
            self._deliver_at(self.clock.now + self.extra_deliveries.pop(), event, attempt=9, queued_at=self.clock.now)

    def run_until(self, reached: Callable[[], bool], *, limit: float) -> bool:
        """Let time pass until something is reached; False when `limit` seconds are over before."""
        end = self.clock.now + limit
        while not reached():
            upcoming = [each for each in (self._next_delivery(), self.machine.next_wake()) if each is not None]
            if not upcoming or min(upcoming) > end:
                self.clock.now = max(end, self.clock.now)
                return reached()
            self.clock.now = max(self.clock.now, min(upcoming))
            if self._next_delivery() is not None and (self._next_delivery() or 0) <= self.clock.now:
                self._deliver()
            else:
                self.machine.wake()
        return True

    def settle(self, seconds: float) -> None:
        """Let time pass."""
        self.run_until(lambda: False, limit=seconds)

    def put(self, url: str, body: bytes) -> None:
        """Stand in for the bucket behind the ResponseURL."""
        if self.put_faults:
            status = self.put_faults.pop(0)
            raise HTTPError(url, status, "as ordered", {}, BytesIO())  # type: ignore[arg-type]
        answer = json.loads(body)
        received = Received(at=self.clock.now, body=answer, size=len(body))
        self.answers.setdefault(str(answer["RequestId"]), []).append(received)

    def url(self) -> str:
        """A signed URL of now."""
        signed = datetime.fromtimestamp(self.clock.now, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"https://answers.example/secret-signature?X-Amz-Date={signed}&X-Amz-Expires=7200"

    def _invoke(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        return handle(json.loads(json.dumps(event)), Invocation(clients=self.clients, log_stream=LOG_STREAM))

    def _next_delivery(self) -> float | None:
        return self._deliveries[0][0] if self._deliveries else None

    def _deliver_at(self, at: float, event: Mapping[str, Any], *, attempt: int, queued_at: float) -> None:
        heapq.heappush(self._deliveries, (at, next(self._order), event, attempt, queued_at))

    def _deliver(self) -> None:
        _, _, event, attempt, queued_at = heapq.heappop(self._deliveries)
        if not self.function_exists or self.clock.now > queued_at + MAX_EVENT_AGE:
            return
        if self._served(event) or attempt >= len(LAMBDA_RETRIES):
            return
        again = self.clock.now + LAMBDA_RETRIES[attempt]
        self._deliver_at(again, event, attempt=attempt + 1, queued_at=queued_at)

    def _served(self, event: Mapping[str, Any]) -> bool:
        if self.lost_deliveries:
            self.lost_deliveries -= 1
            return False
        try:
            self._invoke(event)
        except Exception:  # noqa: BLE001 - whatever fails is delivered again
            return False
        return True


@dataclass
class Ids:
    """Request ids, as CloudFormation makes them."""

    made: int = 0
    issued: list[str] = field(default_factory=list)

    def new(self) -> str:
        self.made += 1
        self.issued.append(f"00000000-0000-4000-8000-{self.made:012d}")
        return self.issued[-1]
