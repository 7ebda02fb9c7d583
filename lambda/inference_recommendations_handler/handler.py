"""The Lambda function: serves custom resources' events, and the state machine's calls."""

from __future__ import annotations

import time
import traceback
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
from inference_recommendations_handler.stack.state_machine import EVENT, Task

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
"""The modules whose `on_event` handles a resource type, besides those of jobs and waits."""
_STEP_MODULES: Final[Mapping[str, str]] = {
    Task.WAIT: "lifecycle.wait",
    Task.CREATE: "lifecycle.create_retry",
    Task.DELETE: "lifecycle.deletion",
    Task.ENDPOINT_PREPARATION: "endpoint.preparation",
    Task.ENDPOINT_INSTANCE_COUNT: "endpoint.instance_count",
}
"""The modules whose `step` continues a long operation."""

DEFECT: Final = "This is a defect of cdk-inference-recommender"
_MAX_CAUSE: Final = 500
"""Characters of an exception's own words; what to do must come after them."""

_ANSWER_AGAIN_AFTER_SECONDS: Final = 10

_LONGEST_RETRY_DELAY_SECONDS: Final = 120
"""Lambda delivers again one minute after the first failure and two minutes after the second, and then no more."""
_ANSWERED_WITHIN_SECONDS: Final = min(
    MAX_EVENT_AGE_SECONDS, JOB_SERVICE_TIMEOUT_SECONDS, WAIT_SERVICE_TIMEOUT_SECONDS, CHOICE_SERVICE_TIMEOUT_SECONDS
)
"""Lambda drops an event that is older, and there are resources for which CloudFormation waits no longer."""


class StepFailedError(Exception):
    """A call of the state machine failed; the machine calls again, and its Catch answers in the end."""


class RetryEventError(Exception):
    """Nothing was answered; Lambda delivers the event again, when what hindered may have passed."""


def on_event(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
    """AWS Lambda's entry point.

    Raises:
        RetryEventError: AWS refused a call for now.
        ResponseNotDeliveredError: CloudFormation couldn't be answered.
    """
    held = clients()
    with held.within(lambda: context.get_remaining_time_in_millis() / 1000):
        return handle(event, Invocation(clients=held, log_stream=context.log_stream_name))


def handle(event: Mapping[str, Any], invocation: Invocation) -> Mapping[str, Any]:
    """Serve one call with the given clients; returns the machine's next state, or nothing.

    Raises:
        RetryEventError: AWS refused a call for now.
        ResponseNotDeliveredError: CloudFormation couldn't be answered.
        InvalidEventError: The event isn't one of CloudFormation.
        StepFailedError: A call of the state machine failed otherwise.
    """
    with hiding(event):
        if StateKey.TASK in event:
            return _step(event, invocation)
        _serve(CustomResourceEvent.parse(event, now=time.time()), invocation)
        return {}


def _step(state: Mapping[str, Any], invocation: Invocation) -> Mapping[str, Any]:
    """Run the next step of an execution; repeat a response that wasn't taken as long as CloudFormation waits."""
    try:
        step: Callable[..., Mapping[str, Any]] = _module(_STEP_MODULES[state[StateKey.TASK]]).step
        return step(state, invocation, now=time.time())
    except ResponseNotDeliveredError:
        event = CustomResourceEvent.parse(state[EVENT], now=time.time())
        # The state machine is about to end where it calls with an error. Too late, nothing is left to wait for.
        if StateKey.ERROR in state or _age(event) >= _service_timeout(event) - _ANSWER_AGAIN_AFTER_SECONDS:
            raise
        return dict(state) | {
            StateKey.WAIT_SECONDS.value: _ANSWER_AGAIN_AFTER_SECONDS,
            StateKey.DONE.value: False,
        }
    except InvalidEventError:
        raise
    except Exception as error:  # noqa: BLE001 - Lambda would log the traceback, with whatever the exception quotes
        raise StepFailedError(_logged(error, task=str(state[StateKey.TASK]))) from None


def _service_timeout(event: CustomResourceEvent) -> int:
    return JOB_SERVICE_TIMEOUT_SECONDS if event.resource_type in JOBS else WAIT_SERVICE_TIMEOUT_SECONDS


def _served(resource_type: str) -> Callable[[CustomResourceEvent, Invocation], Response | None] | None:
    module = "lifecycle.job" if resource_type in JOBS else "lifecycle.wait" if resource_type in WAITS else None
    module = module or _EVENT_MODULES.get(resource_type)
    return _module(module).on_event if module else None


def _module(name: str) -> Any:
    """Import a module when it is needed first: Lambda can't keep bytecode, and most calls need few modules."""
    return import_module(f"{__package__}.{name}")


def _serve(event: CustomResourceEvent, invocation: Invocation) -> None:
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
        # CloudFormation didn't send it, so that nobody is to get what it asks for.
        log("refused: the ResponseURL is not one of AWS", level="ERROR", requestId=event.request_id)
        return
    serve = _served(event.resource_type)
    try:
        answer = serve(event, invocation) if serve else _unknown(event, invocation)
    except TemporaryFailureError as error:
        if _another_delivery_answers_in_time(event):
            raise RetryEventError(str(error)) from None
        answer = invocation.failed(event, f"{error} Try again.{_goes_on(event)}")
    except AWS_ERRORS as error:
        passing = kind_of(error) in MAY_PASS
        log(
            "AWS refused", level="ERROR", requestId=event.request_id, errorCode=code_of(error), reason=message_of(error)
        )
        if passing and _another_delivery_answers_in_time(event):
            raise RetryEventError(message_of(error)) from None
        remedy = "Try again." if passing else "See the handler's log."
        answer = invocation.failed(event, f"{message_of(error)} ({code_of(error)}.) {remedy}{_goes_on(event)}")
    except Exception as error:  # noqa: BLE001 - CloudFormation would wait for nothing, for up to an hour
        answer = _broken(error, event, invocation)
    if answer is not None:
        invocation.send(answer, event)


def _broken(error: Exception, event: CustomResourceEvent, invocation: Invocation) -> Response:
    """What nobody foresaw: another delivery would come to the same."""
    cause = _logged(error, requestId=event.request_id)
    remedy = f"report it, with the traceback in the handler's log.{_goes_on(event)}"
    return invocation.failed(event, f"{cause[:_MAX_CAUSE]} {DEFECT}: {remedy}")


def _logged(error: Exception, **fields: str) -> str:
    """Log what nobody foresaw; returns the cause."""
    cause = f"{type(error).__name__}: {message_of(error)}"
    log(
        "broken",
        level="ERROR",
        errorCode=type(error).__name__,
        reason=cause,
        traceback=redact("".join(traceback.format_exception(error))),
        **fields,
    )
    return cause


def _goes_on(event: CustomResourceEvent) -> str:
    """What a Delete that fails may leave behind: in a cleanup, CloudFormation goes on all the same."""
    if event.request_type is not RequestType.DELETE or event.resource_type != ResourceType.JOB:
        return ""
    own_id = event.physical_resource_id or event.logical_resource_id
    return f" The job {own_id} may go on, and cost money: stop it with `inference-recommender stop {own_id}`."


def _another_delivery_answers_in_time(event: CustomResourceEvent) -> bool:
    """Whether there is time for one, however long Lambda waits and the function takes; asked when this one failed.

    Which delivery this is Lambda doesn't tell. With the first one at once, a third one answers after three minutes. Of
    an event whose age isn't known each delivery could be the last.
    """
    again = _LONGEST_RETRY_DELAY_SECONDS + FUNCTION_TIMEOUT_SECONDS
    return event.dated and _age(event) + again < _ANSWERED_WITHIN_SECONDS


def _age(event: CustomResourceEvent) -> float:
    return time.time() - event.requested_at


def _unknown(event: CustomResourceEvent, invocation: Invocation) -> Response:
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=event.physical_resource_id or event.logical_resource_id)
    return invocation.failed(
        event,
        f"{event.resource_type} is unknown to this handler: deploy with the version of the library that wrote it.",
    )


__all__ = ["ResponseNotDeliveredError", "RetryEventError", "handle", "on_event"]
