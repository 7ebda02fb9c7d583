"""Lambda function that handles events of custom resources and calls of the state machine."""

from __future__ import annotations

import time
import traceback
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.clients import clients
from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, kind_of, message_of
from inference_recommendations_handler.protocol.contract import (
    CHOICE_SERVICE_TIMEOUT_SECONDS,
    FUNCTION_TIMEOUT_SECONDS,
    JOB_SERVICE_TIMEOUT_SECONDS,
    MAX_EVENT_AGE_SECONDS,
    WAIT_SERVICE_TIMEOUT_SECONDS,
    ResourceType,
    StateKey,
)
from inference_recommendations_handler.protocol.custom_resource_event import (
    CustomResourceEvent,
    InvalidEventError,
    RequestType,
    TemporaryFailureError,
)
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.redaction import hiding, redact
from inference_recommendations_handler.protocol.response import Response, ResponseNotDeliveredError
from inference_recommendations_handler.protocol.response_url import is_trusted
from inference_recommendations_handler.stack.execution_state import ExecutionState, Task

from .invocation import JOBS, WAITS, Invocation, LambdaContext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_EVENT_MODULES: Final[Mapping[str, str]] = {
    ResourceType.RECOMMENDATION: "recommendation.recommendation",
    ResourceType.SCALING_RECOMMENDATION: "recommendation.scaling_recommendation",
    ResourceType.RECOMMENDED_MODEL: "endpoint.recommended_model",
    ResourceType.ENDPOINT_PREPARATION: "endpoint.preparation",
    ResourceType.ENDPOINT_INSTANCE_COUNT: "endpoint.instance_count",
}
"""Modules whose `on_event` handles a resource type, in addition to jobs and waits."""
_STEP_MODULES: Final[Mapping[str, str]] = {
    Task.WAIT: "lifecycle.wait",
    Task.CREATE: "lifecycle.create_retry",
    Task.DELETE: "lifecycle.deletion",
    Task.ENDPOINT_PREPARATION: "endpoint.preparation",
    Task.ENDPOINT_INSTANCE_COUNT: "endpoint.instance_count",
}
"""Modules whose `State` and `step` continue a long operation."""

DEFECT: Final = "This is a defect of cdk-inference-recommender"
_MAX_CAUSE: Final = 500
"""Maximum characters of an exception's message, which the remedy follows."""

_RESEND_SECONDS: Final = 10

_LONGEST_RETRY_DELAY_SECONDS: Final = 120
"""Lambda retries an event one minute after the first failure and two minutes after the second, and then drops it."""
_RESPONSE_TIMEOUT_SECONDS: Final = min(
    MAX_EVENT_AGE_SECONDS, JOB_SERVICE_TIMEOUT_SECONDS, WAIT_SERVICE_TIMEOUT_SECONDS, CHOICE_SERVICE_TIMEOUT_SECONDS
)
"""Lambda drops older events, and CloudFormation no longer waits for some resources."""


class StepFailedError(Exception):
    """A call of the state machine failed. The state machine retries it, and its Catch makes the final call."""


class RetryEventError(Exception):
    """No response was sent because of a temporary error. Lambda retries the event."""


def on_event(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """Entry point of AWS Lambda.

    Raises:
        RetryEventError: A call of AWS failed temporarily.
        ResponseNotDeliveredError: The response couldn't be sent.
    """
    used = clients()
    with used.remaining.of(lambda: context.get_remaining_time_in_millis() / 1000):
        return handle(event, Invocation(clients=used, log_stream=context.log_stream_name))


def handle(event: Mapping[str, Any], invocation: Invocation) -> Mapping[str, Any]:
    """Handle one call. Return the execution's next state, or nothing for an event.

    Raises:
        RetryEventError: A call of AWS failed temporarily.
        ResponseNotDeliveredError: The response couldn't be sent.
        InvalidEventError: The input isn't an event of CloudFormation.
        StepFailedError: A call of the state machine failed for another reason.
    """
    with hiding(event):
        if StateKey.TASK in event:
            return _step(event, invocation).render()
        handle_event(CustomResourceEvent.parse(event, now=time.time()), invocation)
        return {}


def _step(document: Mapping[str, Any], invocation: Invocation) -> ExecutionState:
    """Run the next step of an execution. Resend a response that wasn't delivered while CloudFormation waits for it."""
    now = time.time()
    try:
        module = _module(_STEP_MODULES[document[StateKey.TASK]])
        state: ExecutionState = module.State.parse(document, now=now)
        try:
            following: ExecutionState = module.step(state, invocation, now=now)
        except ResponseNotDeliveredError:
            # The final call isn't repeated. Later, CloudFormation no longer waits.
            if state.error is not None or _age(state.event) >= _service_timeout(state.event) - _RESEND_SECONDS:
                raise
            return replace(state, wait_seconds=_RESEND_SECONDS, done=False)
    except (ResponseNotDeliveredError, InvalidEventError):
        raise
    except Exception as error:  # noqa: BLE001 - Lambda would log the traceback, which can quote secrets
        raise StepFailedError(_log_exception(error, task=str(document[StateKey.TASK]))) from None
    return following


def _service_timeout(event: CustomResourceEvent) -> int:
    return JOB_SERVICE_TIMEOUT_SECONDS if event.resource_type in JOBS else WAIT_SERVICE_TIMEOUT_SECONDS


def _event_handler(resource_type: str) -> Callable[[CustomResourceEvent, Invocation], Response | None] | None:
    module = "lifecycle.job" if resource_type in JOBS else "lifecycle.wait" if resource_type in WAITS else None
    module = module or _EVENT_MODULES.get(resource_type)
    return _module(module).on_event if module else None


def _module(name: str) -> Any:
    """Import a module on first use: Lambda can't keep bytecode, and most calls need few modules."""
    return import_module(f"{__package__}.{name}")


def handle_event(event: CustomResourceEvent, invocation: Invocation) -> None:
    """Handle an event of CloudFormation, and send the response unless an execution does."""
    log(
        "received",
        requestType=event.request_type,
        requestId=event.request_id,
        resourceType=event.resource_type,
        stackId=event.stack_id,
        logicalResourceId=event.logical_resource_id,
        physicalResourceId=event.physical_resource_id,
        deliveryAge=round(_age(event)),
    )
    if not is_trusted(event.response_url):
        # CloudFormation didn't send the event, so its sender gets no response.
        log("rejected: the ResponseURL is not one of AWS", level="ERROR", requestId=event.request_id)
        return
    handler = _event_handler(event.resource_type)
    try:
        response = handler(event, invocation) if handler else _unknown(event, invocation)
    except TemporaryFailureError as error:
        if can_retry(event):
            raise RetryEventError(str(error)) from None
        response = invocation.failed(event, f"{error} Try again.{_may_still_run(event)}")
    except AWS_ERRORS as error:
        code, message = code_of(error), message_of(error)
        temporary = kind_of(error) in MAY_PASS
        log("AWS call failed", level="ERROR", requestId=event.request_id, errorCode=code, reason=message)
        if temporary and can_retry(event):
            raise RetryEventError(message) from None
        remedy = "Try again." if temporary else "See the handler's log."
        response = invocation.failed(event, f"{message} ({code}.) {remedy}{_may_still_run(event)}")
    except Exception as error:  # noqa: BLE001 - CloudFormation would wait in vain for up to an hour
        response = _unexpected(error, event, invocation)
    if response is not None:
        invocation.send(response, event)


def _unexpected(error: Exception, event: CustomResourceEvent, invocation: Invocation) -> Response:
    """Handle an unexpected exception. Retrying would not help."""
    cause = _log_exception(error, requestId=event.request_id)
    remedy = f"report it, with the traceback in the handler's log.{_may_still_run(event)}"
    return invocation.failed(event, f"{cause[:_MAX_CAUSE]} {DEFECT}: {remedy}")


def _log_exception(error: Exception, **fields: str) -> str:
    """Log an unexpected exception. Return its redacted name and message."""
    cause = f"{type(error).__name__}: {message_of(error)}"
    log(
        "unexpected error",
        level="ERROR",
        errorCode=type(error).__name__,
        reason=cause,
        traceback=redact("".join(traceback.format_exception(error))),
        **fields,
    )
    return cause


def _may_still_run(event: CustomResourceEvent) -> str:
    """Return a warning for a failed Delete, after which CloudFormation continues a cleanup."""
    if event.request_type is not RequestType.DELETE or event.resource_type != ResourceType.JOB:
        return ""
    name = event.own_id
    return f" The job {name} may still run, and incur charges: stop it with `inference-recommender stop {name}`."


def can_retry(event: CustomResourceEvent) -> bool:
    """Return whether another delivery can respond in time, whatever time Lambda and the function take.

    Lambda does not expose the retry attempt number. If the first delivery comes at once, a third one responds after
    three minutes. If the age of an event is unknown, each delivery can be the last.
    """
    again = _LONGEST_RETRY_DELAY_SECONDS + FUNCTION_TIMEOUT_SECONDS
    return event.dated and _age(event) + again < _RESPONSE_TIMEOUT_SECONDS


def _age(event: CustomResourceEvent) -> float:
    return time.time() - event.requested_at


def _unknown(event: CustomResourceEvent, invocation: Invocation) -> Response:
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=event.own_id)
    return invocation.failed(
        event,
        f"The handler doesn't implement {event.resource_type}: deploy with the version of the library that "
        "synthesized the template.",
    )


__all__ = ["ResponseNotDeliveredError", "RetryEventError", "handle", "on_event"]
