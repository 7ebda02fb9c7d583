"""A request that waits in an execution of the state machine until the service grants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import ErrorKind
from inference_recommendations_handler.aws.propagation import PERMISSION_BOUND_SECONDS
from inference_recommendations_handler.protocol.contract import StateKey
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.typed_request import RequestError
from inference_recommendations_handler.stack.owner import Owner
from inference_recommendations_handler.stack.state_machine import EVENT, FAILURE, QUEUED_BECAUSE, Task

from .create_or_adopt import Accepted, RetryLater, create_or_adopt
from .job_properties import JobProperties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation

NAME: Final = "name"
_DENIED_SINCE: Final = "deniedSince"
_ATTEMPTS: Final = "attempts"

MAX_LOOPS: Final = 1500
"""An execution may have 25,000 history events (Step Functions quotas) and a loop takes some ten."""
QUOTA_INTERVAL_SECONDS: Final = 60
PERMISSION_INTERVAL_SECONDS: Final = 15


def queued(event: CustomResourceEvent, name: str, later: RetryLater, *, timeout: float, now: float) -> dict[str, Any]:
    """The state of an execution that asks for the job again and again."""
    state = {
        StateKey.TASK.value: Task.CREATE.value,
        EVENT: event.to_state(),
        NAME: name,
        QUEUED_BECAUSE: later.reason,
        _ATTEMPTS: 0,
    }
    return _next(state, later, timeout=timeout, deadline=event.requested_at + timeout, now=now)


def step(state: Mapping[str, Any], invocation: Invocation, *, now: float) -> dict[str, Any]:
    """Ask once more."""
    event = CustomResourceEvent.parse(state[EVENT], now=now)
    if StateKey.ERROR in state:
        return _over("The request's queue broke off; see the handler's log.")
    try:
        properties = JobProperties.parse(event.properties, owner=Owner.of(event), jobs=invocation.jobs(event))
        outcome = create_or_adopt(str(state[NAME]), properties, event, invocation.jobs(event))
    except RequestError as error:
        return _over(str(error))
    if isinstance(outcome, Accepted):
        return _over(None)
    if not isinstance(outcome, RetryLater):
        return _over(outcome.reason)
    deadline = event.requested_at + properties.timeout_seconds
    lasted = _lasted_too_long(outcome, properties, denied_since=state.get(_DENIED_SINCE), deadline=deadline, now=now)
    if lasted is not None:
        return _over(lasted)
    return _next(dict(state), outcome, timeout=properties.timeout_seconds, deadline=deadline, now=now)


def _lasted_too_long(
    later: RetryLater, properties: JobProperties, *, denied_since: float | None, deadline: float, now: float
) -> str | None:
    told = f"{later.reason.removesuffix('.')}."
    if later.kind is ErrorKind.PERMISSION and now >= (denied_since or now) + PERMISSION_BOUND_SECONDS:
        role = properties.request.get("RoleArn", "the job's role")
        return (
            f"{told} This went on for {PERMISSION_BOUND_SECONDS // 60} minutes: check that {role} exists, "
            "trusts sagemaker.amazonaws.com, and that nothing denies the handler to pass it."
        )
    if now < deadline:
        return None
    remedy = "deploy again"
    if later.kind is ErrorKind.QUOTA:
        remedy = "ask for a higher quota in Service Quotas, or set a longer `timeout`"
    return f"{told} It stayed so for {properties.timeout_seconds / 60:.0f} minutes: {remedy}."


def _next(state: dict[str, Any], later: RetryLater, *, timeout: float, deadline: float, now: float) -> dict[str, Any]:
    attempts = int(state[_ATTEMPTS])
    if later.kind is ErrorKind.PERMISSION:
        state.setdefault(_DENIED_SINCE, now)
        interval = PERMISSION_INTERVAL_SECONDS
    else:
        state.pop(_DENIED_SINCE, None)
        interval = QUOTA_INTERVAL_SECONDS
        if later.kind is ErrorKind.TRANSIENT:
            interval = min(interval, 5 * 2**attempts)
    wait = min(max(interval, timeout / MAX_LOOPS), max(deadline - now, 1))
    log("queued", jobName=str(state[NAME]), task=Task.CREATE, reason=later.reason, waitSeconds=round(wait))
    state[_ATTEMPTS] = attempts + 1
    return state | {StateKey.WAIT_SECONDS.value: max(round(wait), 1), StateKey.DONE.value: False}


def _over(failure: str | None) -> dict[str, Any]:
    state: dict[str, Any] = {
        StateKey.TASK.value: Task.CREATE.value,
        StateKey.WAIT_SECONDS.value: 0,
        StateKey.DONE.value: True,
    }
    if failure is not None:
        log("given up", level="WARNING", task=Task.CREATE, reason=failure)
        state[FAILURE] = failure
    return state
