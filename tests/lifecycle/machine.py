"""Step Functions with the state machine of the construct: Wait, Poll, Choice, and Catch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from . import retriers
from .retriers import Retries
from .service import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .clock import Clock

    Result = Mapping[str, Any] | Exception

MACHINE_ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:wait"
TIMEOUT = 25 * 3600.0
MAX_HISTORY_EVENTS = 25_000
"""Limit of an execution (Step Functions quotas)."""
EVENTS_OF_A_LOOP, EVENTS_OF_A_RETRY = 9, 3
NAME_TAKEN_SECONDS = 90 * 86_400.0


@dataclass
class FakeExecution:
    name: str
    started_with: str
    started_at: float
    machine_arn: str
    text: str
    """State as JSON."""
    wakes_at: float
    status: str = "RUNNING"
    ended_at: float | None = None
    history_events: int = 2
    retries: Retries = field(default_factory=lambda: Retries(retriers.POLL))
    """Retries of the current task."""
    broke_off: Exception | None = None
    """Error of the last poll, before the final call."""
    polling: bool = False
    """Whether a call of the function is in progress."""

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.text)
        return state

    @property
    def request_id(self) -> str:
        return str(self.state["event"]["RequestId"])

    def end(self, status: str, now: float) -> None:
        self.status, self.ended_at = status, now


@dataclass
class Machine:
    """Fake of Step Functions: `call` handles API calls, `wake` runs due executions."""

    clock: Clock
    poll: Callable[[str, Callable[[Result], None]], None]
    """Calls the function with the text of an event."""
    gave_up: Callable[[str, Exception], None]
    """Receives the request of a failed execution and the error."""
    jitter: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - not cryptography
    executions: dict[str, FakeExecution] = field(default_factory=dict)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    takes_effect_despite_error: dict[str, list[Exception]] = field(default_factory=dict)
    """Faults of calls that take effect."""
    arn: str = MACHINE_ARN
    """State machine of the current stack."""
    exists: bool = True
    visible_after: float = 0.0
    """Seconds until an execution is visible (API reference: eventually consistent)."""
    calls: list[str] = field(default_factory=list)

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append(operation)
        if ordered := self.faults.get(operation):
            raise ordered.pop(0)
        response: dict[str, Any] = getattr(self, f"_{operation}")(request)
        if ordered := self.takes_effect_despite_error.get(operation):
            raise ordered.pop(0)
        return response

    def running(self) -> list[FakeExecution]:
        return [execution for execution in self.executions.values() if execution.status == "RUNNING"]

    def has_given_up_a_poll(self) -> bool:
        """Return whether the next call of an execution is its final one."""
        return any(execution.broke_off is not None for execution in self.running())

    def abort_all(self) -> None:
        """Abort all running executions, as a user can."""
        for execution in self.running():
            execution.end("ABORTED", self.clock.now)

    def next_wake(self) -> float | None:
        waking = (each.wakes_at for each in self.executions.values() if each.status == "RUNNING" and not each.polling)
        return min(waking, default=None)

    def wake(self) -> None:
        """Run the executions that are due, the longest due first."""
        for execution in sorted(self.running(), key=lambda each: each.wakes_at):
            if execution.status == "RUNNING" and not execution.polling and execution.wakes_at <= self.clock.now:
                self._poll(execution)

    def _poll(self, execution: FakeExecution) -> None:
        if self.clock.now >= execution.started_at + TIMEOUT:
            execution.end("TIMED_OUT", self.clock.now)
            return
        execution.polling = True
        execution.history_events += EVENTS_OF_A_RETRY if execution.retries.made else EVENTS_OF_A_LOOP
        self.poll(execution.text, lambda result: self._polled(execution, result))

    def _polled(self, execution: FakeExecution, result: Result) -> None:
        execution.polling = False
        if execution.status != "RUNNING":
            return
        if execution.history_events > MAX_HISTORY_EVENTS:
            execution.end("FAILED", self.clock.now)
        elif isinstance(result, Exception):
            self._failed(execution, result)
        else:
            responding = execution.broke_off is not None
            execution.retries = Retries(retriers.POLL)
            execution.text = json.dumps(result)
            assert isinstance(result["waitSeconds"], int)
            execution.wakes_at = self.clock.now + result["waitSeconds"]
            if responding or result["done"]:
                execution.end("SUCCEEDED", self.clock.now)

    def _failed(self, execution: FakeExecution, error: Exception) -> None:
        name = str(getattr(error, "code", type(error).__name__))
        delay = execution.retries.delay(name, self.jitter)
        if delay is not None:
            execution.wakes_at = self.clock.now + delay
        elif execution.broke_off is not None:
            execution.end("FAILED", self.clock.now)
            self.gave_up(execution.request_id, execution.broke_off)
            self.gave_up(execution.request_id, error)
        else:
            execution.broke_off, execution.retries = error, Retries(retriers.RESPONSE)
            execution.text = json.dumps(execution.state | {"error": {"Error": name, "Cause": str(error)}})
            execution.wakes_at = self.clock.now

    def _StartExecution(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check(request["stateMachineArn"])
        name, text, now = str(request["name"]), str(request["input"]), self.clock.now
        assert len(name) <= 80
        known = self.executions.get(name)
        if known is not None and known.ended_at is not None and now > known.ended_at + NAME_TAKEN_SECONDS:
            known = None
        if known is not None and not (known.status == "RUNNING" and known.started_with == text):
            raise ServiceError("ExecutionAlreadyExists", f"Execution Already Exists: {name}")
        if known is None:
            self.executions[name] = FakeExecution(
                name=name,
                started_with=text,
                started_at=now,
                machine_arn=self.arn,
                text=text,
                wakes_at=now + json.loads(text)["waitSeconds"],
            )
        return {"executionArn": self._arn(name), "startDate": self.clock.datetime()}

    def _DescribeExecution(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        execution = self._existing(request["executionArn"])
        found: dict[str, Any] = {
            "executionArn": request["executionArn"],
            "stateMachineArn": self.arn,
            "status": execution.status,
            "input": execution.started_with,
        }
        if execution.ended_at is not None:
            found["stopDate"] = datetime.fromtimestamp(execution.ended_at, tz=UTC)
        if execution.status == "SUCCEEDED":
            found["output"] = execution.text
        return found

    def _StopExecution(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        execution = self._existing(request["executionArn"])
        if execution.status != "RUNNING":
            # As in the sandbox: whether AWS accepts it isn't documented, and who handles the error works either way.
            raise ServiceError("ValidationException", f"The execution '{request['executionArn']}' is not running")
        execution.end("ABORTED", self.clock.now)
        return {"stopDate": self.clock.datetime()}

    def _ListExecutions(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check(request["stateMachineArn"])
        wanted = request.get("statusFilter")
        listed = sorted(self.executions.values(), key=lambda each: each.started_at, reverse=True)
        return {
            "executions": [
                {
                    "name": each.name,
                    "executionArn": self._arn(each.name),
                    "startDate": datetime.fromtimestamp(each.started_at, tz=UTC),
                }
                for each in listed
                if each.machine_arn == self.arn and wanted in (None, each.status) and self._shows(each)
            ]
        }

    def _existing(self, arn: str) -> FakeExecution:
        name = arn.rsplit(":", 1)[1]
        known = self.exists and arn.startswith(f"{self.arn.replace(':stateMachine:', ':execution:')}:")
        execution = self.executions.get(name) if known else None
        if (
            execution is None
            or not self._shows(execution)
            or self.clock.now > (execution.ended_at or self.clock.now) + NAME_TAKEN_SECONDS
        ):
            raise ServiceError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return execution

    def _shows(self, execution: FakeExecution) -> bool:
        return self.clock.now >= execution.started_at + self.visible_after

    def _check(self, arn: str) -> None:
        if not arn.startswith("arn:aws:states:"):
            raise ServiceError("InvalidArn", f"Invalid Arn: '{arn}'")
        if not self.exists or arn != self.arn:
            raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")

    def _arn(self, name: str) -> str:
        return f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"
