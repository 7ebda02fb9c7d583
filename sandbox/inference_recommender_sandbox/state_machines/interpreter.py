"""Runs an execution, state by state."""

from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.state_machines.choice_rule import holds, is_number
from inference_recommender_sandbox.state_machines.definition import LAMBDA_INVOKE
from inference_recommender_sandbox.state_machines.execution import MAX_HISTORY_EVENTS, Execution
from inference_recommender_sandbox.state_machines.reference_path import PathNotFoundError, place, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommender_sandbox.clock import Clock

_MAX_DATA_BYTES: Final = 262_144
_DEFAULT_RETRY: Final = {"IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2.0}


class StateError(Exception):
    """A state failed, with an error that Retry and Catch can name."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


class _OverError(Exception):
    """The execution was stopped, or its time is up."""


class Interpreter:
    """Runs one execution to its end; blocks, so give it a thread.

    Args:
        execution: What to run; it is changed as it runs.
        clock: Waits run on it.
        invoke: Calls a function, given its name or ARN and the payload; returns the answer and the function error.
    """

    def __init__(
        self, execution: Execution, *, clock: Clock, invoke: Callable[[str, bytes], tuple[bytes, str | None]]
    ) -> None:
        self._execution = execution
        self._clock = clock
        self._invoke = invoke
        timeout = execution.definition.get("TimeoutSeconds")
        self._deadline = math.inf if timeout is None else execution.started_at + float(timeout)

    def run(self) -> None:
        """Run to the end."""
        execution = self._execution
        self._record("ExecutionStarted", executionStartedEventDetails={"input": execution.input})
        name = str(execution.definition["StartAt"])
        data = json.loads(execution.input)
        try:
            while name:
                name, data = self._run_state(name, data)
        except _OverError:
            execution.end("TIMED_OUT", now=self._clock.now())
        except StateError as error:
            details = {"error": error.error, "cause": error.cause}
            self._record("ExecutionFailed", executionFailedEventDetails=details)
            execution.end("FAILED", now=self._clock.now(), error=error.error, cause=error.cause)
        else:
            output = json.dumps(data)
            self._record("ExecutionSucceeded", executionSucceededEventDetails={"output": output})
            execution.end("SUCCEEDED", now=self._clock.now(), output=output)

    def _run_state(self, name: str, data: Any) -> tuple[str, Any]:
        self._check_over()
        state: Mapping[str, Any] = self._execution.definition["States"][name]
        kind = str(state["Type"])
        details = {"name": name, "input": json.dumps(data)}
        self._record(f"{kind}StateEntered", stateEnteredEventDetails=details)
        attempts: dict[int, int] = {}
        while True:
            try:
                following, output = self._attempt(state, kind, name, data)
                break
            except StateError as error:
                delay = _retry_delay(state.get("Retry", []), error, attempts)
                if delay is not None:
                    self._wait(delay)
                    continue
                catcher = next((c for c in state.get("Catch", []) if _matches(c["ErrorEquals"], error.error)), None)
                if catcher is None:
                    raise
                following = str(catcher["Next"])
                output = _placed(catcher, data, {"Error": error.error, "Cause": error.cause})
                break
        if len(json.dumps(output).encode()) > _MAX_DATA_BYTES:
            raise StateError(
                "States.DataLimitExceeded",
                f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service "
                "limit.",
            )
        exited = {"name": name, "output": json.dumps(output)}
        self._record(f"{kind}StateExited", stateExitedEventDetails=exited)
        return following, output

    def _attempt(self, state: Mapping[str, Any], kind: str, name: str, data: Any) -> tuple[str, Any]:
        """Run a state once; return what follows (nothing at the end) and its output."""
        try:
            context = self._context(name)
            received = (
                {} if state.get("InputPath", "$") is None else self._read(state.get("InputPath", "$"), data, context)
            )
            following = str(state.get("Next", ""))
            if kind == "Choice":
                following = _choose(state, received, name)
                result = received
            elif kind == "Wait":
                self._wait(self._seconds(state, received, context))
                result = received
            elif kind == "Fail":
                raise StateError(
                    str(self._text(state, "Error", received, context)),
                    str(self._text(state, "Cause", received, context)),
                )
            elif kind == "Succeed":
                result = received
            else:
                effective = (
                    self._template(state["Parameters"], received, context) if "Parameters" in state else received
                )
                result = state.get("Result", effective) if kind == "Pass" else self._task(state, effective)
                if "ResultSelector" in state:
                    result = self._template(state["ResultSelector"], result, context)
                result = _placed(state, data, result)
            path = state.get("OutputPath", "$")
            return following, {} if path is None else self._read(path, result, context)
        except PathNotFoundError as error:
            raise StateError(
                "States.Runtime", f"An error occurred while executing the state '{name}'. {error}"
            ) from error

    def _task(self, state: Mapping[str, Any], parameters: Any) -> Any:
        resource = str(state["Resource"])
        integrated = resource.endswith(LAMBDA_INVOKE)
        function = str(parameters["FunctionName"]) if integrated else resource
        payload = parameters.get("Payload", {}) if integrated else parameters
        scheduled = {"resource": function, "input": json.dumps(payload)}
        self._record("LambdaFunctionScheduled", lambdaFunctionScheduledEventDetails=scheduled)
        self._record("LambdaFunctionStarted")
        started = self._clock.now()
        try:
            answer, function_error = self._invoke(function, json.dumps(payload).encode())
        except StateError as error:
            self._record_failure(error)
            raise
        if function_error:
            failure = _function_error(answer)
            self._record_failure(failure)
            raise failure
        if self._clock.now() - started > float(state.get("TimeoutSeconds", math.inf)):
            raise StateError("States.Timeout", "")
        self._check_over()
        self._record("LambdaFunctionSucceeded", lambdaFunctionSucceededEventDetails={"output": answer.decode()})
        result = json.loads(answer or b"null")
        return {"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200} if integrated else result

    def _seconds(self, state: Mapping[str, Any], received: Any, context: Any) -> float:
        if "Timestamp" in state or "TimestampPath" in state:
            text = state.get("Timestamp") or self._read(state["TimestampPath"], received, context)
            return max(0.0, datetime.fromisoformat(str(text)).timestamp() - self._clock.now())
        seconds = state["Seconds"] if "Seconds" in state else self._read(state["SecondsPath"], received, context)
        if not is_number(seconds) or seconds < 0:
            raise StateError(
                "States.Runtime", f"The SecondsPath parameter must be a non-negative number, but is {seconds!r}"
            )
        return float(seconds)

    def _wait(self, seconds: float) -> None:
        remaining = min(seconds, self._deadline - self._clock.now())
        self._clock.wait_for(lambda: not self._execution.is_running, timeout=max(0.0, remaining))
        self._check_over()

    def _check_over(self) -> None:
        if not self._execution.is_running or self._clock.now() >= self._deadline:
            raise _OverError

    def _context(self, name: str) -> dict[str, Any]:
        execution = self._execution
        return {
            "Execution": {
                "Id": execution.arn,
                "Input": json.loads(execution.input),
                "Name": execution.name,
                "RoleArn": execution.role_arn,
                "StartTime": _iso(execution.started_at),
            },
            "State": {"Name": name, "EnteredTime": _iso(self._clock.now())},
            "StateMachine": {"Id": execution.state_machine_arn, "Name": execution.state_machine_arn.split(":")[-1]},
        }

    def _read(self, path: str, data: Any, context: Any) -> Any:
        return read(path[1:], context) if path.startswith("$$") else read(path, data)

    def _text(self, state: Mapping[str, Any], name: str, data: Any, context: Any) -> Any:
        return self._read(state[f"{name}Path"], data, context) if f"{name}Path" in state else state.get(name, "")

    def _template(self, template: Any, data: Any, context: Any) -> Any:
        if isinstance(template, dict):
            return {
                key.removesuffix(".$"): self._read(item, data, context)
                if key.endswith(".$")
                else self._template(item, data, context)
                for key, item in template.items()
            }
        return [self._template(item, data, context) for item in template] if isinstance(template, list) else template

    def _record_failure(self, error: StateError) -> None:
        details = {"error": error.error, "cause": error.cause}
        self._record("LambdaFunctionFailed", lambdaFunctionFailedEventDetails=details)

    def _record(self, kind: str, **details: Any) -> None:
        history = self._execution.history
        ends = kind in ("ExecutionFailed", "ExecutionSucceeded")
        if len(history) >= MAX_HISTORY_EVENTS - 1 and not ends:
            raise StateError(
                "States.Runtime", f"The execution reached the maximum number of history events ({MAX_HISTORY_EVENTS})."
            )
        timestamp = datetime.fromtimestamp(self._clock.now(), UTC)
        history.append(
            {"timestamp": timestamp, "type": kind, "id": len(history) + 1, "previousEventId": len(history), **details}
        )


def _choose(state: Mapping[str, Any], data: Any, name: str) -> str:
    for rule in state.get("Choices", []):
        if holds(rule, data):
            return str(rule["Next"])
    if "Default" not in state:
        raise StateError("States.NoChoiceMatched", f"No choice rule matched in state '{name}' and there is no Default")
    return str(state["Default"])


def _placed(state: Mapping[str, Any], data: Any, result: Any) -> Any:
    path = state.get("ResultPath", "$")
    return data if path is None else place(path, data, result)


def _matches(names: list[str], error: str) -> bool:
    if error in names or "States.ALL" in names:
        return error not in ("States.DataLimitExceeded", "States.Runtime") or error in names
    return "States.TaskFailed" in names and not error.startswith("States.")


def _retry_delay(retriers: list[dict[str, Any]], error: StateError, attempts: dict[int, int]) -> float | None:
    for index, retrier in enumerate(retriers):
        if not _matches(retrier["ErrorEquals"], error.error):
            continue
        settings = {**_DEFAULT_RETRY, **retrier}
        count = attempts.get(index, 0)
        if count >= settings["MaxAttempts"]:
            return None
        attempts[index] = count + 1
        delay = settings["IntervalSeconds"] * settings["BackoffRate"] ** count
        delay = min(delay, settings.get("MaxDelaySeconds", delay))
        full = settings.get("JitterStrategy") == "FULL"
        return float(random.uniform(0, delay) if full else delay)  # noqa: S311 - jitter
    return None


def _function_error(answer: bytes) -> StateError:
    try:
        document = json.loads(answer)
        kind = str(document.get("errorType") or "Lambda.Unknown")
    except (ValueError, AttributeError):
        kind = "Lambda.Unknown"
    return StateError(kind, answer.decode(errors="replace"))


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
