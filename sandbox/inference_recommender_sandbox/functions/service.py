"""Lambda's API: moto's, except that invoking a function runs it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.responses import LambdaResponse

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .function_limits import FunctionLimitError, check_function_limits
from .function_role import FunctionRoleError, check_function_role
from .function_runner import FunctionNotFoundError, FunctionThrottledError, moto_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .event_queue import EventQueue
    from .function_runner import FunctionRunner


_MAX_REQUEST_BYTES: Final = 6 * 1024 * 1024
_MAX_EVENT_BYTES: Final = 1024 * 1024
"""Sources: API reference, Invoke; Lambda quotas."""


class LambdaService(LambdaResponse):
    """Handles Lambda's operations.

    Deleting a function ends its processes, as far as they aren't at work.

    Args:
        runner: Runs the functions.
        events: Takes what is invoked asynchronously.
    """

    def __init__(self, runner: FunctionRunner, events: EventQueue) -> None:
        super().__init__()
        self._runner = runner
        self._events = events

    def call_action(self) -> Any:
        """Handle an operation, under moto's lock except while waiting for a function."""
        if self._get_action() == "Invoke":
            return super().call_action()
        with MOTO_LOCK:
            return super().call_action()

    def create_function(self) -> tuple[int, dict[str, str], str]:
        """Create a function."""
        self._check_configuration({})
        created: tuple[int, dict[str, str], str] = super().create_function()
        return created

    def update_function_configuration(self) -> tuple[int, dict[str, str], str]:
        """Change a function's configuration."""
        name = unquote(self.path.rstrip("/").rsplit("/", 2)[-2])
        present = moto_function(self.current_account, self.region, name)
        self._check_configuration({"Role": present.role, "VpcConfig": present.vpc_config} if present else {})
        updated: tuple[int, dict[str, str], str] = super().update_function_configuration()
        return updated

    def delete_function(self) -> tuple[int, dict[str, str], str]:
        """Delete a function; what it does at the moment, it does to its end."""
        response: tuple[int, dict[str, str], str] = super().delete_function()
        name = unquote(self.path.rsplit("/", 1)[-1]).rsplit(":", 1)[-1]
        self._runner.forget(name, region=self.region, account_id=self.current_account)
        return response

    def invoke(self) -> tuple[int, dict[str, str], str | bytes]:
        """Run a function: at once, or in the background for `Event`."""
        name = unquote(self.path.rstrip("/").rsplit("/", 2)[-2])
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        payload = self.body.encode() if isinstance(self.body, str) else self.body
        refused = _refused_payload(kind, payload or b"")
        if refused is not None:
            return refused
        where = {"region": self.region, "account_id": self.current_account}
        try:
            if kind == "DryRun":
                self._runner.find(name, **where)
                return 204, {"status": "204"}, ""
            if kind == "Event":
                self._events.accept(name, payload or b"{}", **where)
                return 202, {"status": "202"}, ""
            result = self._runner.invoke(name, payload or b"{}", **where)
        except FunctionNotFoundError as error:
            body = json.dumps({"Type": "User", "Message": str(error)})
            return 404, {"status": "404", "x-amzn-errortype": "ResourceNotFoundException"}, body
        except FunctionThrottledError as error:
            body = json.dumps({"Type": "User", "message": str(error), "Reason": "ConcurrentInvocationLimitExceeded"})
            return 429, {"status": "429", "x-amzn-errortype": "TooManyRequestsException"}, body
        headers = {"status": "200", "content-type": "application/json", "x-amz-executed-version": "$LATEST"}
        if result.error:
            headers["x-amz-function-error"] = result.error
        if self.headers.get("X-Amz-Log-Type") == "Tail":
            headers["x-amz-log-result"] = base64.b64encode(result.log_tail.encode()).decode()
        return 200, headers, result.payload

    def _check_configuration(self, present: Mapping[str, Any]) -> None:
        configuration = {**present, **self.json_body}
        try:
            check_function_limits(self.json_body)
            if "Role" in configuration:
                check_function_role(
                    str(configuration["Role"]),
                    account_id=self.current_account,
                    region=self.region,
                    vpc_config=configuration.get("VpcConfig"),
                )
        except (FunctionLimitError, FunctionRoleError) as error:
            raise InvalidParameterValueException(str(error)) from error


def _refused_payload(kind: str, payload: bytes) -> tuple[int, dict[str, str], str] | None:
    if kind == "Event" and len(payload) > _MAX_EVENT_BYTES:
        status, code = 413, "RequestTooLargeException"
        message = (
            f"{len(payload)} byte payload is too large for the Event invocation type (limit {_MAX_EVENT_BYTES} bytes)"
        )
    elif len(payload) > _MAX_REQUEST_BYTES:
        status, code = 413, "RequestTooLargeException"
        message = f"Request must be smaller than {_MAX_REQUEST_BYTES} bytes for the InvokeFunction operation"
    elif payload and not _is_json(payload):
        status, code = 400, "InvalidRequestContentException"
        message = "Could not parse request body into json"
    else:
        return None
    return status, {"status": str(status), "x-amzn-errortype": code}, json.dumps({"Type": "User", "message": message})


def _is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except ValueError:
        return False
    return True
