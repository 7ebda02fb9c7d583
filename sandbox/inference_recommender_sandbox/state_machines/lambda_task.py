"""A task that calls a Lambda function."""

from __future__ import annotations

import json
import math
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from .error_handling import DATA_LIMIT_EXCEEDED
from .history import failure_details
from .json_text import MAX_DATA_BYTES, is_over_limit
from .state_error import StateError
from .state_fields import LAMBDA_INVOKE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommender_sandbox.clock import Clock

    from .execution import Execution

    Response = tuple[bytes, str | None]
    Invoke = Callable[[str, bytes], Response]

_NOT_TRUNCATED = {"truncated": False}


class LambdaTask:
    """One attempt of a task.

    Args:
        state: The state's definition.
        parameters: What the state passes on.
        execution: Its history gets the events.
        clock: The call and its timeout run on it.
    """

    def __init__(self, state: Mapping[str, Any], parameters: Any, *, execution: Execution, clock: Clock) -> None:
        resource = str(state["Resource"])
        self._is_integrated = resource.endswith(LAMBDA_INVOKE)
        self._function = str(parameters["FunctionName"]) if self._is_integrated else resource
        self._parameters = parameters
        self._timeout: int | None = state.get("TimeoutSeconds")
        self._execution = execution
        self._clock = clock

    def run(self, invoke: Invoke, *, deadline: float) -> Any:
        """Call the function and return the task's result.

        Args:
            invoke: Calls a function, given its name or ARN and the payload; returns response and function error.
            deadline: The execution's end in virtual time. The call outlasts it, and the task's own timeout.

        Returns:
            The result; None if the execution is over.

        Raises:
            StateError: If the call fails, or takes too long, or its response is too large.
        """
        payload = self._parameters.get("Payload", {}) if self._is_integrated else self._parameters
        if is_over_limit(payload):
            raise self._over_limit()
        self._record_scheduled(payload)
        call = self._start(invoke, json.dumps(payload).encode())
        started = self._clock.now()
        ends = min(started + (math.inf if self._timeout is None else self._timeout), deadline)
        self._clock.wait_for(
            lambda: call.done() or not self._execution.is_running,
            timeout=None if math.isinf(ends) else max(0.0, ends - started),
        )
        if not self._execution.is_running or (not call.done() and ends == deadline):
            return None
        try:
            response = self._response(call)
        except StateError as error:
            self._record(
                "TimedOut" if error.error == "States.Timeout" else "Failed", failure_details(error.error, error.cause)
            )
            raise
        self._record("Succeeded", {"output": response.decode(), "outputDetails": _NOT_TRUNCATED})
        result = json.loads(response or b"null")
        return {"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200} if self._is_integrated else result

    def _start(self, invoke: Invoke, payload: bytes) -> Future[Response]:
        call: Future[Response] = Future()

        def run() -> None:
            try:
                call.set_result(invoke(self._function, payload))
            except Exception as error:  # noqa: BLE001 - it is the waiting thread's
                call.set_exception(error)
            self._clock.notify()

        self._clock.start_thread(run, name=f"task-{self._execution.name}")
        return call

    def _response(self, call: Future[Response]) -> bytes:
        if not call.done():
            raise StateError("States.Timeout", "")
        response, function_error = call.result()
        if function_error:
            raise _function_error(response)
        if len(response) > MAX_DATA_BYTES:
            raise self._over_limit()
        return response

    def _over_limit(self) -> StateError:
        name = "lambda" if self._is_integrated else self._function
        return StateError(
            DATA_LIMIT_EXCEEDED,
            f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service "
            "limit.",
        )

    def _record_scheduled(self, payload: Any) -> None:
        timeout = {} if self._timeout is None else {"timeoutInSeconds": self._timeout}
        if self._is_integrated:
            region = self._execution.arn.split(":")[3]
            details: dict[str, Any] = {"parameters": json.dumps(self._parameters), "region": region}
        else:
            details = {"input": json.dumps(payload), "inputDetails": _NOT_TRUNCATED, "resource": self._function}
        self._record("Scheduled", details | timeout)
        if self._is_integrated:
            self._record("Started", {})
        else:
            self._execution.record("LambdaFunctionStarted", self._clock.now())

    def _record(self, event: str, details: Mapping[str, Any]) -> None:
        if self._is_integrated:
            kind, details = f"Task{event}", {**details, "resource": "invoke", "resourceType": "lambda"}
        else:
            kind, details = f"LambdaFunction{event}", dict(details)
        member = f"{kind[0].lower()}{kind[1:]}EventDetails"
        self._execution.record(kind, self._clock.now(), **{member: details})


def _function_error(response: bytes) -> StateError:
    try:
        document = json.loads(response)
        kind = str(document.get("errorType") or "Lambda.Unknown")
    except (ValueError, AttributeError):
        kind = "Lambda.Unknown"
    return StateError(kind, response.decode(errors="replace"))
