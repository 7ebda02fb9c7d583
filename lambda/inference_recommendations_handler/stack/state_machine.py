"""The stack's state machine: waits, and calls the handler again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, takewhile
from typing import TYPE_CHECKING, Any, Final, TypeVar

from inference_recommendations_handler.aws.errors import AWS_ERRORS, ErrorKind, kind_of
from inference_recommendations_handler.protocol.contract import StateKey
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, InvalidEventError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

    from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget

T = TypeVar("T")

# The policy that allows these calls is made moments before the first of them.
_PROPAGATION_RETRIES_SECONDS: Final = (2, 4, 8)
FAILURE: Final = "failure"
"""Member of a finished execution's output: why the request was never granted."""
QUEUED_BECAUSE: Final = "reason"
"""Member of the state of a queued request: why it was queued."""
EVENT: Final = "event"
"""Member of the state: the custom resource's event, as `CustomResourceEvent.to_state` writes it."""


class Task(StrEnum):
    """The long operations; an execution is one of them."""

    CREATE = "create"
    WAIT = "wait"
    DELETE = "delete"
    ENDPOINT_PREPARATION = "endpoint-preparation"
    ENDPOINT_INSTANCE_COUNT = "endpoint-instance-count"


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One run of the state machine."""

    name: str
    status: str
    """Step Functions' word: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE."""
    state: Mapping[str, Any]
    """What it was started with."""
    output: Mapping[str, Any]
    """What it ended with; empty unless it SUCCEEDED."""
    ended_at: float
    """Epoch seconds; 0 while it runs."""

    @property
    def running(self) -> bool:
        """Whether it isn't over."""
        return self.status == "RUNNING"

    @property
    def succeeded(self) -> bool:
        """Whether it ended by doing what it was started for."""
        return self.status == "SUCCEEDED" and self.failure is None

    @property
    def failure(self) -> str | None:
        """The reason that it ended with, if it did."""
        reason = self.output.get(FAILURE)
        return str(reason) if reason else None

    @property
    def task(self) -> str:
        """Which long operation it is; empty where somebody else started it."""
        return str(self.state.get(StateKey.TASK, ""))

    @property
    def event(self) -> CustomResourceEvent | None:
        """The event that it was started for; None where somebody else started it."""
        raw = self.state.get(EVENT)
        try:
            return CustomResourceEvent.parse(raw, now=0) if isinstance(raw, dict) else None
        except InvalidEventError:
            return None


@dataclass(frozen=True, kw_only=True)
class StateMachine:
    """The machine's operations; every method raises what boto3 raises, once a denial has outlasted 14 seconds.

    Or as long as the invocation's time allows.
    """

    client: SFNClient
    arn: str
    budget: DeadlineBudget

    def start(self, name: str, state: Mapping[str, Any]) -> bool:
        """Start an execution; False when there is or was one of that name."""
        try:
            self._retry(
                lambda: self.client.start_execution(stateMachineArn=self.arn, name=name, input=json.dumps(state))
            )
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.TAKEN:
                return False
            raise
        return True

    def find(self, name: str) -> Execution | None:
        """The execution of that name, running or ended within the last 90 days."""
        try:
            found = self._retry(lambda: self.client.describe_execution(executionArn=self._execution_arn(name)))
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.NOT_FOUND:
                return None
            raise
        return Execution(
            name=name,
            status=found["status"],
            state=_structure(found.get("input")),
            output=_structure(found.get("output")),
            ended_at=found["stopDate"].timestamp() if found.get("stopDate") else 0,
        )

    def started_since(self, epoch: float) -> list[str] | None:
        """Names of the executions since then, running or not; None where the machine is gone, and so the stack."""
        # The latest come first (API reference, ListExecutions).
        return self._names(until=lambda execution: execution["startDate"].timestamp() < epoch)

    def running(self, *, named: Callable[[str], bool] = lambda _: True) -> Iterator[Execution]:
        """All executions that run and are named so; each is described. A machine that is gone has none."""
        for name in filter(named, self._names(statusFilter="RUNNING") or ()):
            execution = self.find(name)
            if execution is not None and execution.running:
                yield execution

    def stop(self, name: str) -> None:
        """Stop an execution; the call of the handler that is under way in it, if any, goes on.

        One that has ended, also since the caller looked at it, stays as it is.
        """
        try:
            self.client.stop_execution(executionArn=self._execution_arn(name))
        except AWS_ERRORS as error:
            kind = kind_of(error)
            # Whether AWS refuses to stop an execution that has ended, and with which code, isn't documented.
            if kind is ErrorKind.NOT_FOUND or (kind is ErrorKind.PERMANENT and not self._is_running(name)):
                return
            raise

    def _is_running(self, name: str) -> bool:
        execution = self.find(name)
        return execution is not None and execution.running

    def _names(
        self, *, until: Callable[[ExecutionListItemTypeDef], bool] = lambda _: False, **options: Any
    ) -> list[str] | None:
        paginator = self.client.get_paginator("list_executions")

        def names() -> list[str]:
            pages = paginator.paginate(stateMachineArn=self.arn, **options)
            executions = chain.from_iterable(page["executions"] for page in pages)
            return [execution["name"] for execution in takewhile(lambda each: not until(each), executions)]

        try:
            return self._retry(names)
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.NOT_FOUND:
                return None
            raise

    def _retry(self, call: Callable[[], T]) -> T:
        return self.budget.retry(call, kinds={ErrorKind.PERMISSION}, after_seconds=_PROPAGATION_RETRIES_SECONDS)

    def _execution_arn(self, name: str) -> str:
        return f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"


def _structure(text: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
