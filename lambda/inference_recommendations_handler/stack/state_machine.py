"""The stack's state machine, which waits and then calls the handler again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain, takewhile
from typing import TYPE_CHECKING, Any, Final, TypeVar

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, kind_of
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, InvalidEventError

from .execution_state import ExecutionState, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import ExecutionListItemTypeDef

    from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget

T = TypeVar("T")

# CloudFormation creates the policy that allows these calls moments before the first of them.
_PROPAGATION_RETRIES_SECONDS: Final = (2, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One execution of the state machine."""

    name: str
    status: str
    """Step Functions' `ExecutionStatus`: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, or PENDING_REDRIVE."""
    input: ExecutionState | None
    """None if the handler didn't start the execution."""
    output: ExecutionState | None
    """None unless the status is SUCCEEDED."""
    ended_at: float
    """Epoch seconds; 0 for a running execution."""

    @property
    def running(self) -> bool:
        """Return whether the execution is running."""
        return self.status == "RUNNING"

    @property
    def succeeded(self) -> bool:
        """Return whether the execution did what it was started for."""
        return self.status == "SUCCEEDED" and self.failure is None

    @property
    def failure(self) -> str | None:
        """Return the reason with which the execution ended, or None."""
        return self.output.failure if self.output else None

    @property
    def task(self) -> Task | None:
        """Return the task, or None if the handler didn't start the execution."""
        return self.input.task if self.input else None

    @property
    def event(self) -> CustomResourceEvent | None:
        """Return the event that the execution handles, or None if the handler didn't start it."""
        return self.input.event if self.input else None


@dataclass(frozen=True, kw_only=True)
class StateMachine:
    """Operations of the state machine.

    All methods raise what boto3 raises. They retry a denial for up to 14 seconds, if the invocation's time allows.
    """

    client: SFNClient
    arn: str
    budget: DeadlineBudget

    def start(self, name: str, state: ExecutionState) -> bool:
        """Start an execution. Return False if the name is or was in use."""
        document = json.dumps(state.render())
        try:
            self._retry(lambda: self.client.start_execution(stateMachineArn=self.arn, name=name, input=document))
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.TAKEN:
                return False
            raise
        return True

    def find(self, name: str) -> Execution | None:
        """Return the execution of that name, running or ended within the last 90 days."""
        try:
            found = self._retry(lambda: self.client.describe_execution(executionArn=self._execution_arn(name)))
        except AWS_ERRORS as error:
            if kind_of(error) is ErrorKind.NOT_FOUND:
                return None
            raise
        return Execution(
            name=name,
            status=found["status"],
            input=_parse(found.get("input")),
            output=_parse(found.get("output")),
            ended_at=found["stopDate"].timestamp() if found.get("stopDate") else 0,
        )

    def started_since(self, epoch: float) -> list[str] | None:
        """Return the names of executions started since then, or None if the state machine was deleted."""
        # The latest come first (API reference, ListExecutions).
        return self._names(until=lambda execution: execution["startDate"].timestamp() < epoch)

    def running(self, *, named: Callable[[str], bool] = lambda _: True) -> Iterator[Execution]:
        """Describe all running executions whose names match. A deleted state machine has none."""
        for name in filter(named, self._names(statusFilter="RUNNING") or ()):
            execution = self.find(name)
            if execution is not None and execution.running:
                yield execution

    def stop(self, name: str) -> None:
        """Stop an execution, unless it has ended. A call of the handler that is in flight continues."""
        try:
            self.client.stop_execution(executionArn=self._execution_arn(name))
        except AWS_ERRORS as error:
            kind = kind_of(error)
            # Whether AWS rejects a stop of an execution that has ended, and with which code, isn't documented.
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


def _parse(text: str | None) -> ExecutionState | None:
    try:
        return ExecutionState.parse(json.loads(text or "{}"), now=0)
    except (InvalidEventError, KeyError, TypeError, ValueError):
        # Anyone with permission can start an execution with any input.
        return None
