"""Runs an execution, state by state."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from .choice_rule import holds
from .error_handling import DATA_LIMIT_EXCEEDED, RUNTIME, catcher_for, retry_delay
from .field_rule import MAX_SECONDS, is_integer
from .history import MAX_HISTORY_EVENTS, HistoryFullError
from .json_text import is_over_limit
from .lambda_task import LambdaTask
from .reference_path import PathNotFoundError, place
from .state_error import StateError
from .state_scope import StateScope, context_of
from .timestamp import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommender_sandbox.clock import Clock

    from .execution import Execution
    from .lambda_task import Invoke

_NOT_TRUNCATED: Final = {"truncated": False}


class _OverError(Exception):
    """The execution was stopped, or its time is up."""


class Interpreter:
    """Runs one execution to its end; blocks, so give it a thread.

    Args:
        execution: What to run; it is changed as it runs.
        clock: Waits run on it.
        invoke: Calls a function, given its name or ARN and the payload; returns the response and the function error.
    """

    def __init__(self, execution: Execution, *, clock: Clock, invoke: Invoke) -> None:
        self._execution = execution
        self._clock = clock
        self._invoke = invoke
        timeout = execution.definition.get("TimeoutSeconds")
        self._deadline = math.inf if timeout is None else execution.started_at + float(timeout)
        self._entered_id = 0

    def run(self) -> None:
        """Run to the end."""
        execution = self._execution
        try:
            output = json.dumps(self._run_states())
        except _OverError:
            execution.end("TIMED_OUT", now=self._deadline, error="States.Timeout")
        except StateError as error:
            execution.end("FAILED", now=self._clock.now(), error=error.error, cause=error.cause)
        except HistoryFullError:
            cause = f"The execution reached the maximum number of history events ({MAX_HISTORY_EVENTS})."
            execution.end("FAILED", now=self._clock.now(), error=RUNTIME, cause=cause)
        else:
            execution.end("SUCCEEDED", now=self._clock.now(), output=output)

    def _run_states(self) -> Any:
        execution = self._execution
        started = {"input": execution.input, "inputDetails": _NOT_TRUNCATED, "roleArn": execution.role_arn}
        self._record("ExecutionStarted", executionStartedEventDetails=started)
        name: str | None = str(execution.definition["StartAt"])
        data = json.loads(execution.input)
        while name is not None:
            name, data = self._run_state(name, data)
        return data

    def _run_state(self, name: str, data: Any) -> tuple[str | None, Any]:
        self._check_over()
        state: Mapping[str, Any] = self._execution.definition["States"][name]
        kind = str(state["Type"])
        entered = {"name": name, "input": json.dumps(data), "inputDetails": _NOT_TRUNCATED}
        self._record(f"{kind}StateEntered", stateEnteredEventDetails=entered)
        self._entered_id = self._execution.history.last_id
        context = context_of(self._execution, state=name, entered_at=self._clock.now())
        following, output = self._attempts(name, state, StateScope(data=data, context=context))
        if is_over_limit(output):
            raise StateError(
                DATA_LIMIT_EXCEEDED,
                f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service "
                "limit.",
            )
        exited = {"name": name, "output": json.dumps(output), "outputDetails": _NOT_TRUNCATED}
        self._record(f"{kind}StateExited", stateExitedEventDetails=exited)
        return following, output

    def _attempts(self, name: str, state: Mapping[str, Any], scope: StateScope) -> tuple[str | None, Any]:
        counts: dict[int, int] = {}
        while True:
            try:
                return self._attempt(name, state, scope)
            except StateError as error:
                delay = retry_delay(state.get("Retry", []), error.error, counts)
                if delay is not None:
                    self._wait(delay)
                    continue
                catcher = catcher_for(state.get("Catch", []), error.error)
                if catcher is None:
                    raise
                return str(catcher["Next"]), _placed(catcher, scope.data, {"Error": error.error, "Cause": error.cause})

    def _attempt(self, name: str, state: Mapping[str, Any], scope: StateScope) -> tuple[str | None, Any]:
        """Run a state once; return what follows (None at the end) and its output."""
        following: str | None = state.get("Next")
        try:
            received = StateScope(data=scope.filtered(state.get("InputPath", "$")), context=scope.context)
            match state["Type"]:
                case "Choice":
                    following, result = self._choose(name, state, received), received.data
                case "Wait":
                    self._wait(self._seconds(name, state, received))
                    result = received.data
                case "Fail":
                    raise StateError(str(received.text(state, "Error")), str(received.text(state, "Cause")))
                case "Succeed":
                    result = received.data
                case _:
                    result = _placed(state, scope.data, self._result(state, received))
            return following, StateScope(data=result, context=scope.context).filtered(state.get("OutputPath", "$"))
        except PathNotFoundError as error:
            raise self._runtime_error(name, str(error)) from error

    def _result(self, state: Mapping[str, Any], received: StateScope) -> Any:
        effective = received.filled(state["Parameters"]) if "Parameters" in state else received.data
        if state["Type"] == "Pass":
            return state.get("Result", effective)
        task = LambdaTask(state, effective, execution=self._execution, clock=self._clock)
        result = task.run(self._invoke, deadline=self._deadline)
        self._check_over()
        if "ResultSelector" not in state:
            return result
        return StateScope(data=result, context=received.context).filled(state["ResultSelector"])

    def _choose(self, name: str, state: Mapping[str, Any], received: StateScope) -> str:
        for rule in state["Choices"]:
            try:
                if holds(rule, received.read):
                    return str(rule["Next"])
            except PathNotFoundError as error:
                message = f"Invalid path '{error.path}': The choice state's condition path references an invalid value."
                raise self._runtime_error(name, message) from error
        if "Default" not in state:
            raise StateError("States.NoChoiceMatched", "No choice rule matched, and there is no Default")
        return str(state["Default"])

    def _seconds(self, name: str, state: Mapping[str, Any], received: StateScope) -> float:
        seconds = self._wait_time(name, state, received)
        if seconds > MAX_SECONDS:
            raise self._runtime_error(name, "Wait state delay is too long.")
        return max(0.0, seconds)

    def _wait_time(self, name: str, state: Mapping[str, Any], received: StateScope) -> float:
        if "Timestamp" in state or "TimestampPath" in state:
            text = received.text(state, "Timestamp")
            try:
                return parse_timestamp(text).timestamp() - self._clock.now()
            except ValueError as error:
                message = (
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format "
                    f"string: {state['TimestampPath']} == {text}"
                )
                raise self._runtime_error(name, message) from error
        if "Seconds" in state:
            return float(state["Seconds"])
        path = state["SecondsPath"]
        try:
            seconds = received.read(path)
        except PathNotFoundError as error:
            message = f"The SecondsPath parameter does not reference an input value: {path}"
            raise self._runtime_error(name, message) from error
        if not is_integer(seconds):
            # A text of digits is refused too: whether AWS parses one, no public source says.
            message = f"The SecondsPath parameter cannot be parsed as a long value: {path} == {json.dumps(seconds)}"
            raise self._runtime_error(name, message)
        if seconds < 0:
            message = f"The SecondsPath parameter references a negative value: {path} == {seconds}"
            raise self._runtime_error(name, message)
        return float(seconds)

    def _runtime_error(self, name: str, message: str) -> StateError:
        where = f"An error occurred while executing the state '{name}' (entered at the event id #{self._entered_id})."
        return StateError(RUNTIME, f"{where} {message}")

    def _wait(self, seconds: float) -> None:
        remaining = min(seconds, self._deadline - self._clock.now())
        self._clock.wait_for(lambda: not self._execution.is_running, timeout=max(0.0, remaining))
        self._check_over()

    def _check_over(self) -> None:
        if not self._execution.is_running or self._clock.now() >= self._deadline:
            raise _OverError

    def _record(self, kind: str, **details: dict[str, Any]) -> None:
        self._execution.record(kind, self._clock.now(), **details)


def _placed(holder: Mapping[str, Any], data: Any, result: Any) -> Any:
    path = holder.get("ResultPath", "$")
    if path is None:
        return data
    try:
        return place(path, data, result)
    except PathNotFoundError as error:
        raise StateError("States.ResultPathMatchFailure", str(error)) from error
