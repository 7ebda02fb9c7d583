"""The admin API, `/_sandbox/...`: what the sandbox does right now, and the faults it is ordered to make.

| request | response |
|---|---|
| `GET /_sandbox/health` | `{"status": "ok", ...}` |
| `GET /_sandbox/clock` | the virtual time, in seconds since the epoch, and the speed |
| `POST /_sandbox/clock` | sets the speed: `{"speed": 1}` |
| `POST /_sandbox/faults` | orders a fault; see `faults.py` and `sagemaker/faults.py` |
| `GET /_sandbox/received` | the CreateInferenceRecommendationsJob requests that were accepted, as they arrived |
| `GET /_sandbox/attempts` | all of them, refused ones too, with when, where, and what became of them |
| `GET /_sandbox/authorized` | the calls of functions' roles, allowed or denied, granted or not, and by what |
| `GET /_sandbox/running` | what isn't over: it would cost money, or would go on doing something |
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from moto.sagemaker.models import sagemaker_backends
from werkzeug.wrappers import Request, Response

from .faults import KINDS
from .moto_lock import MOTO_LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .server import Sandbox

_PREFIX: Final = "/_sandbox/"


class AdminApi:
    """API that responds in JSON.

    Args:
        sandbox: Sandbox that it controls.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def respond(self, request: Request) -> Response:
        """Respond to a request."""
        operations: Mapping[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "health"): self._health,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._set_speed,
            ("POST", "faults"): self._order_fault,
            ("GET", "received"): lambda _: [a["request"] for a in self._attempts() if a["outcome"] == "accepted"],
            ("GET", "attempts"): lambda _: self._attempts(),
            ("GET", "authorized"): lambda _: self._sandbox.authorizer.calls(),
            ("GET", "running"): self._running,
        }
        name = request.path.removeprefix(_PREFIX).strip("/")
        operation = operations.get((request.method, name))
        if operation is None:
            known = ", ".join(f"{method} {_PREFIX}{path}" for method, path in operations)
            return _respond({"error": f"no {request.method} {request.path} here; there are: {known}"}, status=404)
        try:
            return _respond(operation(request))
        except ValueError as error:
            return _respond({"error": str(error)}, status=400)

    def _health(self, _: Request) -> dict[str, Any]:
        sandbox = self._sandbox
        return {
            "status": "ok",
            "endpointUrl": sandbox.endpoint_url,
            "accountId": sandbox.account_id,
            "region": sandbox.region,
            "moto": version("moto"),
        }

    def _clock(self, _: Request) -> dict[str, Any]:
        clock = self._sandbox.clock
        return {"now": clock.now(), "speed": clock.speed}

    def _set_speed(self, request: Request) -> dict[str, Any]:
        document = _body(request)
        speed = document.get("speed") if isinstance(document, dict) else None
        if not isinstance(speed, (int, float)) or isinstance(speed, bool):
            raise ValueError(  # noqa: TRY004 - the JSON is wrong, not a type of Python's
                f'a speed is a number such as in {{"speed": 600}}, not {json.dumps(document)}'
            )
        self._sandbox.clock.speed = speed
        return self._clock(request)

    def _order_fault(self, request: Request) -> dict[str, Any]:
        fault = _body(request)
        if not isinstance(fault, dict):
            raise ValueError(  # noqa: TRY004 - the JSON is wrong, not a type of Python's
                f'a fault is an object such as {{"fault": "kill-function"}}, not {json.dumps(fault)}'
            )
        if fault.get("fault") in KINDS:
            self._sandbox.faults.order(fault)
            if fault["fault"] == "abort-execution":
                self._abort_executions()
        else:
            self._order_sagemaker_fault(fault)
        return {"ordered": fault}

    def _order_sagemaker_fault(self, fault: Mapping[str, Any]) -> None:
        try:
            self._sandbox.sagemaker.faults.order(fault)
        except ValueError as error:
            message = str(error)
            if message.startswith("unknown fault"):
                message += f", {', '.join(KINDS)}"
            raise ValueError(message) from error
        if fault.get("fault") == "clear":
            self._sandbox.faults.clear()

    def _abort_executions(self) -> None:
        executions, ordered = self._sandbox.executions, self._sandbox.faults.take("abort-execution")
        for execution in executions.of(status="RUNNING"):
            if ordered is not None and fnmatchcase(execution.name, ordered.execution):
                executions.stop(execution.arn, error="Sandbox.Aborted", cause="fault 'abort-execution'")

    def _attempts(self) -> list[dict[str, Any]]:
        return self._sandbox.sagemaker.received_requests()

    def _running(self, _: Request) -> dict[str, list[Any]]:
        sandbox = self._sandbox
        with MOTO_LOCK:
            endpoints = [
                endpoint.arn
                for _account, _region, backend in sagemaker_backends.iter_backends()
                for endpoint in backend.endpoints.values()
            ]
        return {
            "jobs": sandbox.sagemaker.running_jobs(),
            "executions": [execution.arn for execution in sandbox.executions.of(status="RUNNING")],
            "endpoints": endpoints,
            "invocations": [
                {"function": invocation.function_name, "requestId": invocation.request_id}
                for invocation in sandbox.functions.running()
            ],
            "events": [
                {"function": event.function_arn.rsplit(":", 1)[-1], "requestId": event.request_id}
                for event in sandbox.events.waiting()
            ],
            "deployments": [
                stack.stack_id
                for engine in sandbox.engines.all()
                for stack in engine.store.active()
                if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS"
            ],
        }


def _body(request: Request) -> Any:
    try:
        return json.loads(request.get_data() or b"null")
    except ValueError as error:
        raise ValueError(f"the body is no JSON: {error}") from error


def _respond(document: Any, *, status: int = 200) -> Response:
    return Response(f"{json.dumps(document)}\n", status=status, content_type="application/json")
