"""World of all fakes with one clock: delivers events like Lambda, wakes executions, and receives responses."""

from __future__ import annotations

import heapq
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

from inference_recommendations_handler.aws.errors import AWS_ERRORS
from inference_recommendations_handler.handler import DEFECT, ResponseNotDeliveredError, RetryEventError, handle
from inference_recommendations_handler.inference_job.service import InferenceRecommendationsJobs
from inference_recommendations_handler.invocation import Invocation

from .clock import Clock
from .invocation_thread import FUNCTION_TIMEOUT, FunctionDiedError, InvocationThread, KilledError, Pause
from .machine import Machine
from .service import REQUEST_ID_TAG, Service
from .template import TYPES
from .wiring import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommendations_handler.aws.clients import Clients
    from inference_recommendations_handler.jobs.job_kind import JobKind

    from .lambda_outage import LambdaOutage, LambdaRefusedError
    from .machine import Result

EXPECTED = (FunctionDiedError, ResponseNotDeliveredError, RetryEventError, *AWS_ERRORS)
LAMBDA_RETRIES = (60.0, 120.0)
LONGEST_REFUSED_EVENT_DELAY = 300.0
"""Lambda keeps an event that it can't run, and tries again after one second, two, four and so on (developer guide, how
Lambda handles errors with asynchronous invocation)."""
MAX_EVENT_AGE = 300.0
URL_LIFETIME = 7200.0
MAX_RESPONSE_BYTES = 4096
LOG_STREAM = "2027/01/15/[$LATEST]0123456789abcdef"
SECRET = "secret-signature"  # noqa: S105 - looked for in logs


@dataclass(frozen=True)
class Received:
    """Response that CloudFormation received."""

    at: float
    body: Mapping[str, Any]
    size: int
    names_another_requests_job: bool
    """Whether the physical id is then the name of a job that another request created or adopted."""


@dataclass
class Log:
    """Replacement for the handler's stdout."""

    lines: list[str] = field(default_factory=list)

    @property
    def stdout(self) -> Self:
        return self

    def write(self, line: str) -> None:
        self.lines.append(line)

    def flush(self) -> None: ...

    def entries(self, message: str) -> list[dict[str, Any]]:
        """Lines whose message begins so and then says more."""
        return [entry for line in self.lines if (entry := json.loads(line))["message"].startswith(f"{message}:")]


class World:
    """Environment of the handler."""

    def __init__(
        self,
        clients: Clients,
        *,
        light: bool = False,
        kind: Callable[[Clients], JobKind] = InferenceRecommendationsJobs.of,
        types: Mapping[str, str] = TYPES,
    ) -> None:
        self.clock = Clock()
        self.log = Log()
        self.service = Service(self.clock)
        self.machine = Machine(self.clock, self._call_by_machine, gave_up=self._gave_up)
        self.clients = connect(clients, self.service, self.machine, observer=self._called, light=light)
        self.jobs = kind(self.clients)
        """Kind of the stacks' jobs."""
        self.types = types
        """Its resource types."""
        self.responses: dict[str, list[Received]] = {}
        self.responded = 0
        self.put_faults: list[int] = []
        self.extra_deliveries: list[float] = []
        self.lost_deliveries = 0
        self.delivery_delay = 0.0
        """Seconds until Lambda delivers an event for the first time."""
        self.function_exists = True
        self.function_works = True
        self.outage: LambdaOutage | None = None
        """Last or next outage of Lambda."""
        self.pauses: list[Pause] = []
        """Pauses of the next invocations."""
        self.beyond_response: set[str] = set()
        """Requests to which the handler couldn't respond."""
        self.surprises: list[Exception | str] = []
        """Undocumented exceptions of the handler, and responses that report a defect."""
        self._put_off: set[str] = set()
        """Requests for which the handler raised RetryEventError at the last delivery."""
        self._standing_still: list[tuple[float, int, InvocationThread, Callable[[Result], None]]] = []
        self._deliveries: list[tuple[float, int, Mapping[str, Any], int, float, int]] = []
        self._order = itertools.count()

    def send(self, event: Mapping[str, Any]) -> None:
        """Invoke the function asynchronously, and again after each of the `extra_deliveries`, in seconds."""
        now = self.clock.now
        self._deliver_at(now + self.delivery_delay, event, attempt=0, queued_at=now)
        while self.extra_deliveries:
            self._deliver_at(now + self.extra_deliveries.pop(), event, attempt=9, queued_at=now)

    def run_until(self, reached: Callable[[], bool], *, limit: float) -> bool:
        """Let time pass until a condition holds. Return False after `limit` seconds."""
        end = self.clock.now + limit
        while not reached():
            delivery, resumption = _first(self._deliveries), _first(self._standing_still)
            upcoming = min(
                (each for each in (delivery, resumption, self.machine.next_wake()) if each is not None), default=end + 1
            )
            if upcoming > end:
                self.clock.now = max(end, self.clock.now)
                return reached()
            self.clock.now = max(self.clock.now, upcoming)
            if resumption is not None and resumption <= self.clock.now:
                self._resume()
            elif delivery is not None and delivery <= self.clock.now:
                self._deliver()
            else:
                self.machine.wake()
        return True

    def settle(self, seconds: float) -> None:
        """Let time pass."""
        self.run_until(lambda: False, limit=seconds)

    def remove_function(self) -> None:
        """Delete the function and the state machine. An invocation in progress continues."""
        self.function_exists = self.machine.exists = False
        self._deliveries.clear()
        self.machine.abort_all()

    def close(self) -> None:
        """End all paused threads."""
        while self._standing_still:
            _, _, thread, _ = self._standing_still.pop()
            thread.resume(killed=True)

    def put(self, url: str, body: bytes, **_: float) -> None:
        """Receive a response in place of the ResponseURL's bucket."""
        if self.put_faults:
            raise _http_error(url, self.put_faults.pop(0))
        signed = datetime.fromisoformat(parse_qs(urlsplit(url).query)["X-Amz-Date"][0])
        if self.clock.now > signed.timestamp() + URL_LIFETIME:
            raise _http_error(url, 403)
        response = json.loads(body, parse_constant=_refuse_constant)
        if len(body) > MAX_RESPONSE_BYTES:
            response = response | {"Status": "FAILED", "Reason": "Response object is too long.", "Data": {}}
        if DEFECT in response.get("Reason", ""):
            self.surprises.append(response["Reason"])
        job = self.service.jobs.get(response["PhysicalResourceId"])
        received = Received(
            at=self.clock.now,
            body=response,
            size=len(body),
            names_another_requests_job=job is not None and job.tags.get(REQUEST_ID_TAG) != response["RequestId"],
        )
        self.responses.setdefault(str(response["RequestId"]), []).append(received)
        self.responded += 1

    def url(self) -> str:
        """Return a URL signed now."""
        signed = datetime.fromtimestamp(self.clock.now, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"https://answers.s3.amazonaws.com/{SECRET}?X-Amz-Date={signed}&X-Amz-Expires=7200"

    def _refusal(self) -> LambdaRefusedError | None:
        return self.outage.refusal(self.clock.now) if self.outage is not None else None

    def _call_by_machine(self, text: str, then: Callable[[Result], None]) -> None:
        refusal = self._refusal()
        if refusal is not None:
            then(refusal)
        else:
            self._invoke(text, then)

    def _invoke(self, text: str, then: Callable[[Result], None]) -> None:
        """Run the function with an event's text. Pass its result or exception to `then`, at once or after a pause."""

        def invoke() -> Mapping[str, Any]:
            if not (self.function_exists and self.function_works):
                raise FunctionDiedError("Runtime.ImportModuleError")
            killed_at = self.clock.now + FUNCTION_TIMEOUT
            invocation = Invocation(clients=self.clients, log_stream=LOG_STREAM)
            event = json.loads(text)
            self.service.caller.set(event.get("event", event)["StackId"])
            try:
                with self.clients.remaining.of(lambda: killed_at - self.clock.now):
                    return handle(event, invocation)
            except KilledError:
                raise FunctionDiedError("Sandbox.Timedout") from None
            except EXPECTED:
                raise
            except Exception as error:
                self.surprises.append(error)
                raise

        if not self.pauses:
            try:
                result: Result = invoke()
            except Exception as error:  # noqa: BLE001 - every exception is the result of the call
                result = error
            then(result)
            return
        pause = self.pauses.pop(0)
        thread = InvocationThread(invoke, pause)
        # Register it before it runs, so that it observes its calls.
        entry = (self.clock.now + min(pause.seconds, FUNCTION_TIMEOUT), next(self._order), thread, then)
        heapq.heappush(self._standing_still, entry)
        thread.resume()
        if thread.over:
            self._standing_still.remove(entry)
            heapq.heapify(self._standing_still)
            _finish(thread, then)

    def _gave_up(self, request_id: str, error: Exception) -> None:
        if isinstance(error, (FunctionDiedError, ResponseNotDeliveredError)):
            self.beyond_response.add(request_id)

    def _called(self, operation: str, *, done: bool) -> None:
        for _, _, thread, _ in self._standing_still:
            if thread.current:
                thread.called(operation, done=done)
                return

    def _resume(self) -> None:
        _, _, thread, then = self._standing_still[0]
        thread.resume(killed=thread.pause.seconds >= FUNCTION_TIMEOUT)
        heapq.heappop(self._standing_still)
        _finish(thread, then)

    def _deliver_at(
        self, at: float, event: Mapping[str, Any], *, attempt: int, queued_at: float, refused: int = 0
    ) -> None:
        if at > queued_at + MAX_EVENT_AGE and (refused or event["RequestId"] not in self._put_off):
            # Lambda will drop it, and CloudFormation may stop waiting before that.
            self.beyond_response.add(event["RequestId"])
        heapq.heappush(self._deliveries, (at, next(self._order), event, attempt, queued_at, refused))

    def _deliver(self) -> None:
        _, _, event, attempt, queued_at, refused = heapq.heappop(self._deliveries)
        if not self.function_exists or self.clock.now > queued_at + MAX_EVENT_AGE:
            if refused or not (self.function_exists and event["RequestId"] in self._put_off):
                self.beyond_response.add(event["RequestId"])
            return
        if self._refusal() is not None:
            again = self.clock.now + min(2.0**refused, LONGEST_REFUSED_EVENT_DELAY)
            self._deliver_at(again, event, attempt=attempt, queued_at=queued_at, refused=refused + 1)
            return

        def then(result: Result) -> None:
            if isinstance(result, Exception) and attempt < len(LAMBDA_RETRIES):
                put_off = self._put_off.add if isinstance(result, RetryEventError) else self._put_off.discard
                put_off(event["RequestId"])
                again = self.clock.now + LAMBDA_RETRIES[attempt]
                self._deliver_at(again, event, attempt=attempt + 1, queued_at=queued_at)
            elif isinstance(result, Exception):
                self._gave_up(event["RequestId"], result)

        if self.lost_deliveries:
            self.lost_deliveries -= 1
            then(FunctionDiedError("Runtime.ExitError"))
        else:
            self._invoke(json.dumps(event), then)


def _first(heap: list[Any]) -> float | None:
    return heap[0][0] if heap else None


def _finish(thread: InvocationThread, then: Callable[[Result], None]) -> None:
    result = thread.error if thread.error is not None else thread.result
    assert result is not None
    then(result)


def _http_error(url: str, status: int) -> HTTPError:
    return HTTPError(url, status, "as ordered", {}, BytesIO())  # type: ignore[arg-type]


def _refuse_constant(name: str) -> float:
    message = f"CloudFormation can't read {name}"
    raise ValueError(message)


@dataclass
class Ids:
    """Generator of request ids."""

    made: int = 0
    issued: list[str] = field(default_factory=list)

    def new(self) -> str:
        self.made += 1
        self.issued.append(f"00000000-0000-4000-8000-{self.made:012d}")
        return self.issued[-1]
