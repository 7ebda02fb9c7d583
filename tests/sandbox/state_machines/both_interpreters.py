"""Runs one definition with one scripted function on the sandbox's interpreter and on moto's.

moto's is vendored from LocalStack, written by others against recordings of AWS: a second opinion on ours.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

from moto.stepfunctions.parser.api import StateMachineType
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function
from moto.stepfunctions.parser.asl.eval import environment
from moto.stepfunctions.parser.backend.execution import SyncExecution
from moto.stepfunctions.parser.backend.state_machine import StateMachineInstance

from inference_recommender_sandbox.clock import MAX_SPEED, Clock
from inference_recommender_sandbox.state_machines.definition import parse_definition
from inference_recommender_sandbox.state_machines.execution import Execution
from inference_recommender_sandbox.state_machines.interpreter import Interpreter
from inference_recommender_sandbox.state_machines.state_error import StateError

from .virtual_threading import VirtualThreading, VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
EXECUTION_ARN = "arn:aws:states:us-east-1:123456789012:execution:m:e"
ROLE = "arn:aws:iam::123456789012:role/r"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call of the function.

    Attributes:
        seconds: How long it takes, in virtual seconds.
        response: Members of the response, besides those that the function is called with.
        without: Members that the response lacks.
        error: The name of an error in place of a response: the function's own, or Lambda's (`Lambda.`).
    """

    seconds: float = 1
    response: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an execution went.

    Attributes:
        calls: When the function was called, in virtual seconds after the start.
        payloads: What it was called with; of an error that was caught its name only, as the cause's spacing differs.
    """

    status: str
    error: str | None
    seconds: float
    calls: Sequence[float]
    payloads: Sequence[Any]


class _Function:
    """Responds by a script; once that is over, that it is done."""

    def __init__(self, clock: Clock, script: Sequence[Step]) -> None:
        self._clock = clock
        self._steps: Iterator[Step] = iter(script)
        self.called_at: list[float] = []
        self.payloads: list[Any] = []

    def call(self, payload: bytes) -> tuple[dict[str, Any], str | None]:
        """Return the response and the name of its error."""
        received = json.loads(payload)
        self.called_at.append(self._clock.now())
        caught = {"error": received["error"]["Error"]} if "error" in received else {}
        self.payloads.append({**received, **caught})
        step = next(self._steps, Step(response={"done": True}))
        self._clock.sleep(step.seconds)
        if step.error is not None:
            return {"errorType": step.error, "errorMessage": "scripted"}, step.error
        response = {name: value for name, value in {**received, **step.response}.items() if name not in step.without}
        return response, None


def run_both(
    definition: Mapping[str, Any], state: Mapping[str, Any], script: Sequence[Step], *, seed: int = 0
) -> tuple[Outcome, Outcome]:
    """Return the outcome on the sandbox's interpreter and the one on moto's."""
    return _run(_run_ours, definition, state, script, seed), _run(_run_motos, definition, state, script, seed)


def _run(
    run: Callable[[Clock, _Function, str, str], tuple[str, str | None]],
    definition: Mapping[str, Any],
    state: Mapping[str, Any],
    script: Sequence[Step],
    seed: int,
) -> Outcome:
    clock = Clock(MAX_SPEED, start=1_800_000_000)
    function = _Function(clock, script)
    random.seed(seed)
    with clock.busy():
        started = clock.now()
        status, error = run(clock, function, json.dumps(definition), json.dumps(state))
        seconds = clock.now() - started
    return Outcome(
        status=status,
        error=error,
        seconds=seconds,
        calls=[called - started for called in function.called_at],
        payloads=function.payloads,
    )


def _run_ours(clock: Clock, function: _Function, definition: str, text: str) -> tuple[str, str | None]:
    def invoke(_: str, payload: bytes) -> tuple[bytes, str | None]:
        response, error = function.call(payload)
        if error is not None and error.startswith("Lambda."):
            raise StateError(error, "scripted")
        return json.dumps(response).encode(), error and "Unhandled"

    execution = Execution(
        arn=EXECUTION_ARN,
        name="e",
        state_machine_arn=ARN,
        definition=parse_definition(definition),
        role_arn=ROLE,
        input=text,
        started_at=clock.now(),
    )
    Interpreter(execution, clock=clock, invoke=invoke).run()
    return execution.status, execution.error


def _run_motos(clock: Clock, function: _Function, definition: str, text: str) -> tuple[str, str | None]:
    # moto names every error of Lambda's own "Exception", so that the script names them in a response.
    def invoke(*, parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        response, error = function.call(parameters["Payload"])
        failure = {} if error is None else {"FunctionError": "Unhandled"}
        return {"Payload": response, "StatusCode": 200, "ExecutedVersion": "$LATEST", **failure}

    threads, time = VirtualThreading(clock), VirtualTime(clock)
    with (
        mock.patch.object(environment, "threading", threads),
        mock.patch.object(execute_state, "threading", threads),
        mock.patch.object(execute_state, "Thread", threads.Thread),
        mock.patch.object(program, "threading", threads),
        mock.patch.object(retrier_decl, "time", time),
        mock.patch.object(wait_function, "time", time),
        mock.patch.object(lambda_eval_utils, "_invoke_lambda_function", invoke),
    ):
        execution = SyncExecution(
            name="e",
            sm_type=StateMachineType.STANDARD,
            role_arn=ROLE,
            exec_arn=EXECUTION_ARN,
            account_id="123456789012",
            region_name="us-east-1",
            state_machine=StateMachineInstance(
                name="m",
                arn=ARN,
                definition=definition,
                role_arn=ROLE,
                logging_config={},
                sm_type=StateMachineType.STANDARD,
            ),
            start_date="2027-01-15T08:00:00Z",
            cloud_watch_logging_session=None,
            activity_store={},
            input_data=text,
        )
        execution.start()
    return execution.status, execution.error
