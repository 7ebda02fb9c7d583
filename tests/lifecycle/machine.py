"""Step Functions, running the one state machine that the construct defines: Wait, Poll, Choice, and Catch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .service import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .clock import Clock

MACHINE_ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:wait"


@dataclass
class FakeExecution:
    name: str
    started_with: str
    state: Mapping[str, Any]
    wakes_at: float
    status: str = "RUNNING"
    ended_at: float | None = None
    polls: int = 0


@dataclass
class Machine:
    """Calls come in by `call`; `wake` runs what is due."""

    clock: Clock
    poll: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    executions: dict[str, FakeExecution] = field(default_factory=dict)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    exists: bool = True

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        if ordered := self.faults.get(operation):
            raise ordered.pop(0)
        answer: dict[str, Any] = getattr(self, f"_{operation}")(request)
        return answer

    def running(self) -> list[FakeExecution]:
        return [execution for execution in self.executions.values() if execution.status == "RUNNING"]

    def next_wake(self) -> float | None:
        return min((execution.wakes_at for execution in self.running()), default=None)

    def wake(self) -> None:
        """Run the executions that are due, the longest due first."""
        for execution in sorted(self.running(), key=lambda each: each.wakes_at):
            if execution.status == "RUNNING" and execution.wakes_at <= self.clock.now:
                self._poll(execution)

    def _poll(self, execution: FakeExecution) -> None:
        execution.polls += 1
        try:
            after = self.poll(execution.state)
            over = bool(after["done"])
        except Exception as error:  # noqa: BLE001 - Catch States.ALL
            try:
                caught = {"Error": type(error).__name__, "Cause": str(error)}
                after = self.poll(dict(execution.state) | {"error": caught})
                over = True
            except Exception:  # noqa: BLE001 - the execution fails
                execution.status, execution.ended_at = "FAILED", self.clock.now
                return
        if execution.status != "RUNNING":
            return
        execution.state = json.loads(json.dumps(after))
        assert isinstance(execution.state["waitSeconds"], int)
        execution.wakes_at = self.clock.now + execution.state["waitSeconds"]
        if over:
            execution.status, execution.ended_at = "SUCCEEDED", self.clock.now

    def _StartExecution(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check(request["stateMachineArn"])
        name, text = str(request["name"]), str(request["input"])
        assert len(name) <= 80
        known = self.executions.get(name)
        if known is not None and not (known.status == "RUNNING" and known.started_with == text):
            raise ServiceError("ExecutionAlreadyExists", f"Execution Already Exists: {name}")
        if known is None:
            state = json.loads(text)
            wakes_at = self.clock.now + state["waitSeconds"]
            self.executions[name] = FakeExecution(name=name, started_with=text, state=state, wakes_at=wakes_at)
        return {"executionArn": self._arn(name), "startDate": self.clock.datetime()}

    def _DescribeExecution(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        execution = self._existing(request["executionArn"])
        found: dict[str, Any] = {
            "executionArn": request["executionArn"],
            "stateMachineArn": MACHINE_ARN,
            "status": execution.status,
            "input": execution.started_with,
        }
        if execution.ended_at is not None:
            found["stopDate"] = datetime.fromtimestamp(execution.ended_at, tz=UTC)
        if execution.status == "SUCCEEDED":
            found["output"] = json.dumps(execution.state)
        return found

    def _StopExecution(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        execution = self._existing(request["executionArn"])
        if execution.status == "RUNNING":
            execution.status, execution.ended_at = "ABORTED", self.clock.now
        return {"stopDate": self.clock.datetime()}

    def _ListExecutions(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check(request["stateMachineArn"])
        assert request["statusFilter"] == "RUNNING"
        return {"executions": [{"name": each.name, "executionArn": self._arn(each.name)} for each in self.running()]}

    def _existing(self, arn: str) -> FakeExecution:
        name = arn.rsplit(":", 1)[1]
        if not self.exists or name not in self.executions:
            raise ServiceError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return self.executions[name]

    def _check(self, arn: str) -> None:
        if not self.exists or arn != MACHINE_ARN:
            raise ServiceError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")

    @staticmethod
    def _arn(name: str) -> str:
        return f"{MACHINE_ARN.replace(':stateMachine:', ':execution:')}:{name}"
