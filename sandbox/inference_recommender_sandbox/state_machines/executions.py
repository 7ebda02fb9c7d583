"""Starts, stops and finds executions."""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from moto.stepfunctions.exceptions import ExecutionAlreadyExists, ExecutionDoesNotExist, InvalidExecutionInput

from inference_recommender_sandbox.functions.function_runner import (
    FunctionNotFoundError,
    FunctionRunner,
    FunctionThrottledError,
)
from inference_recommender_sandbox.iam.authorization import caller_context, permissions_boundary, role_policies
from inference_recommender_sandbox.iam.policy_evaluation import Decision, decide

from .definition import parse_definition
from .errors import ExecutionNotRunningError
from .execution import Execution
from .interpreter import Interpreter
from .json_text import parse_json
from .state_error import StateError

if TYPE_CHECKING:
    from inference_recommender_sandbox.clock import Clock

_NAME_STAYS_TAKEN: Final = 90 * 24 * 60 * 60
"""Seconds after an execution has closed; source: the API reference of StartExecution."""


class Executions:
    """The executions of all state machines.

    Args:
        clock: They run on it.
        runner: Runs the functions that they call.
    """

    def __init__(self, *, clock: Clock, runner: FunctionRunner) -> None:
        self._clock = clock
        self._runner = runner
        self._lock = threading.Lock()
        self._executions: dict[str, Execution] = {}

    def start(self, state_machine: Any, name: str | None, text: str | None) -> Execution:
        """Start an execution of one of moto's state machines.

        Args:
            state_machine: Its definition is copied: an update of the machine doesn't change what runs.
            name: Stays taken until 90 days after the execution has closed. Default: a UUID.
            text: The input, JSON. Default: `{}`.

        Raises:
            ExecutionAlreadyExists: If the name is taken, and not by an execution that runs with the same input.
            InvalidExecutionInput: If the input is no JSON.
        """
        name, text = name or str(uuid.uuid4()), "{}" if text is None else text
        try:
            parse_json(text)
        except ValueError as error:
            raise InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from error
        arn = f"{state_machine.arn.replace(':stateMachine:', ':execution:')}:{name}"
        now = self._clock.now()
        with self._lock:
            existing = self._executions.get(arn)
            if existing is not None and now - (existing.stopped_at or now) < _NAME_STAYS_TAKEN:
                if existing.is_running and existing.input == text:
                    return existing
                raise ExecutionAlreadyExists(f"Execution Already Exists: '{arn}'")
            execution = Execution(
                arn=arn,
                name=name,
                state_machine_arn=state_machine.arn,
                definition=parse_definition(state_machine.definition),
                role_arn=state_machine.roleArn,
                input=text,
                started_at=now,
            )
            self._executions[arn] = execution
        interpreter = Interpreter(
            execution, clock=self._clock, invoke=lambda function, payload: self._invoke(execution, function, payload)
        )
        self._clock.start_thread(interpreter.run, name=f"execution-{name}")
        return execution

    def stop(self, arn: str, *, error: str | None, cause: str | None) -> Execution:
        """Abort an execution; a function that it has called keeps running.

        Raises:
            ExecutionDoesNotExist: If there is none.
            ExecutionNotRunningError: If it is over.
        """
        execution = self.get(arn)
        if not execution.end("ABORTED", now=self._clock.now(), error=error, cause=cause):
            raise ExecutionNotRunningError(f"The execution '{arn}' is not running")
        self._clock.notify()
        return execution

    def get(self, arn: str) -> Execution:
        """Return an execution.

        Raises:
            ExecutionDoesNotExist: If there is none.
        """
        with self._lock:
            if arn not in self._executions:
                raise ExecutionDoesNotExist(f"Execution Does Not Exist: '{arn}'")
            return self._executions[arn]

    def of(self, state_machine_arn: str | None = None, *, status: str | None = None) -> list[Execution]:
        """Return the executions of a machine, or of all, the newest first."""
        with self._lock:
            executions = list(self._executions.values())
        found = [
            item
            for item in executions
            if state_machine_arn in (None, item.state_machine_arn) and status in (None, item.status)
        ]
        return sorted(found, key=lambda item: item.started_at, reverse=True)

    def abort_all(self, state_machine_arn: str) -> None:
        """Abort what runs of a machine that is deleted."""
        for execution in self.of(state_machine_arn, status="RUNNING"):
            with suppress(ExecutionNotRunningError):
                self.stop(execution.arn, error=None, cause=None)

    def _invoke(self, execution: Execution, function: str, payload: bytes) -> tuple[bytes, str | None]:
        _, _, _, region, account_id, *_ = execution.arn.split(":")
        try:
            configuration = self._runner.find(function, region=region, account_id=account_id)
            self._check_allowed(execution.role_arn, configuration.arn, account_id)
            result = self._runner.invoke(function, payload, region=region, account_id=account_id)
        except FunctionNotFoundError as error:
            raise StateError("Lambda.ResourceNotFoundException", str(error)) from error
        except FunctionThrottledError as error:
            raise StateError("Lambda.TooManyRequestsException", str(error)) from error
        return result.payload, result.error

    def _check_allowed(self, role_arn: str, function_arn: str, account_id: str) -> None:
        role_name, action = role_arn.rsplit("/", 1)[-1], "lambda:InvokeFunction"
        policies = role_policies(account_id=account_id, role_name=role_name)
        boundary = permissions_boundary(account_id=account_id, role_name=role_name)
        decision = decide(
            policies, action=action, resource=function_arn, context=caller_context(account_id), boundary=boundary
        )
        if decision is not Decision.ALLOWED:
            raise StateError(
                "Lambda.AWSLambdaException",
                f"User: {role_arn} is not authorized to perform: {action} on resource: {function_arn} because no "
                f"identity-based policy allows the {action} action",
            )
