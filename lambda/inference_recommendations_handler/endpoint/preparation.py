"""`Custom::EndpointPreparation`: ensures that SageMaker accepts UpdateEndpoint.

SageMaker rejects it while another update of the endpoint is in progress, for example by autoscaling, and if it removes
a variant that is a scalable target, or changes its instance type (developer guide, update endpoints that use auto
scaling). The endpoint depends on this resource, which waits for the endpoint and deregisters the variant if necessary.
`Custom::EndpointInstanceCount`, which registers the variant again, depends on the endpoint. CloudFormation only rolls
back resources that the update has reached. So if the update failed before it reached that resource, this one restores
the old registration: at once if the endpoint still serves as before, or when the rollback has ended.

An execution of the state machine has two phases: it waits for the endpoint and responds, and then restores the
registration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, kind_of, message_of
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS
from inference_recommendations_handler.protocol.contract import InstanceCountProperty as Property
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.recommendation.scaling import Scaling, ScalingError, is_scaled
from inference_recommendations_handler.stack.earlier_executions import stop_earlier_executions
from inference_recommendations_handler.stack.execution_state import ExecutionState, Task
from inference_recommendations_handler.stack.late_delivery import is_late
from inference_recommendations_handler.stack.own_stack import OwnStack

from .endpoint import Endpoint
from .variant_scaling import VariantScaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation

POLL_SECONDS: Final = 30
RESTORE_BOUND_SECONDS: Final = 6 * 60 * 60
"""Time after which a rollback is taken to be stuck."""


@dataclass(frozen=True, kw_only=True)
class State(ExecutionState):
    """State of a preparation."""

    task: Task = Task.ENDPOINT_PREPARATION
    responded: bool = False
    """Whether the execution is in its second phase."""


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """Properties of a preparation."""

    instance_count_logical_id: str
    variant_name: str
    instance_type: str
    """Instance type after the update."""
    scaling: Scaling | None
    """None without autoscaling."""

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> Preparation:
        """Read the properties.

        Raises:
            ScalingError: A property is missing, or the scaling is invalid.
        """
        names = (Property.INSTANCE_COUNT_LOGICAL_ID, Property.VARIANT_NAME, Property.INSTANCE_TYPE)
        found = [str(properties.get(name) or "") for name in names]
        if not all(found):
            missing = ", ".join(name for name, value in zip(names, found, strict=True) if not value)
            raise ScalingError(
                f"The property {missing} is missing: deploy with the version of cdk-inference-recommender that "
                "synthesized the template."
            )
        return cls(
            instance_count_logical_id=found[0],
            variant_name=found[1],
            instance_type=found[2],
            scaling=Scaling.parse(properties) if is_scaled(properties) else None,
        )


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """The endpoint can be updated."""

    restore: bool
    """Whether the registration has to be restored after a rollback."""


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Handle one event. Return None if an execution of the state machine sends the response.

    Raise what boto3 raises if another delivery can succeed.
    """
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=event.own_id)
    try:
        preparation = Preparation.parse(event.properties)
    except ScalingError as error:
        # Fail before the endpoint is created or updated, and an instance incurs charges.
        return invocation.failed(event, str(error))
    if event.request_type is RequestType.CREATE or is_late(event, invocation):
        return Response(physical_resource_id=event.own_id)
    machine = invocation.machine(event.properties)
    if machine is not None:
        stop_earlier_executions(event, machine, task=Task.ENDPOINT_PREPARATION)
        # A canceled operation must no longer change or register the endpoint.
        stop_earlier_executions(
            event,
            machine,
            task=Task.ENDPOINT_INSTANCE_COUNT,
            logical_id=preparation.instance_count_logical_id,
        )
    try:
        prepared = _prepare(preparation, event, invocation)
    except AWS_ERRORS as error:
        if machine is None or kind_of(error) not in MAY_PASS:
            raise
        # A rollback that fails because of a temporary error would leave the whole stack stuck.
        prepared = None
    if machine is not None and (prepared is None or prepared.restore):
        state = State(event=event, responded=prepared is not None)
        machine.start(event.request_id, state.wait(POLL_SECONDS))
    return None if prepared is None and machine is not None else Response(physical_resource_id=event.own_id)


def step(state: State, invocation: Invocation, *, now: float) -> State:
    """Continue the current phase."""
    event = state.event
    response = Response(physical_resource_id=event.own_id)
    if state.error is not None:
        # The variant was deregistered before, so the endpoint can be updated.
        if not state.responded:
            invocation.send(response, event)
        return replace(state, responded=True).finish()
    if state.responded:
        return state.finish() if _restore_ends(event, invocation, now=now) else state.wait(POLL_SECONDS)
    too_late = now >= event.requested_at + WAIT_STAGE_SECONDS
    try:
        prepared = _prepare(Preparation.parse(event.properties), event, invocation, too_late=too_late)
    except AWS_ERRORS as error:
        _log_error(error)
        prepared = _Prepared(restore=False) if too_late else None
    if prepared is None:
        return state.wait(POLL_SECONDS)
    invocation.send(response, event)
    state = replace(state, responded=True)
    return state.wait(POLL_SECONDS) if prepared.restore else state.finish()


def _prepare(
    preparation: Preparation, event: CustomResourceEvent, invocation: Invocation, *, too_late: bool = False
) -> _Prepared | None:
    """Deregister the variant if necessary. Return None while another update of the endpoint is in progress.

    Args:
        preparation: Properties of the event.
        event: Event to handle.
        invocation: Clients.
        too_late: Whether to continue despite another update. UpdateEndpoint then fails with SageMaker's own reason.
    """
    hosted = _hosted(preparation, event, invocation)
    if hosted is None:
        return _Prepared(restore=False)
    target, endpoint = hosted
    # First, so that autoscaling starts no other update.
    _deregister(preparation, target, endpoint, event)
    if not (endpoint.settled or too_late):
        return None
    return _Prepared(restore=_needs_restore(preparation, endpoint, event, invocation))


def _restore_ends(event: CustomResourceEvent, invocation: Invocation, *, now: float) -> bool:
    """Restore the registration after a rollback. Return False to try again later."""
    try:
        if _restore(event, invocation):
            return True
    except AWS_ERRORS as error:
        _log_error(error)
    if now < event.requested_at + RESTORE_BOUND_SECONDS:
        return False
    log(
        "scaling not restored: the endpoint isn't scaled",
        level="ERROR",
        task=Task.ENDPOINT_PREPARATION,
        requestId=event.request_id,
    )
    return True


def _restore(event: CustomResourceEvent, invocation: Invocation) -> bool:
    """Return whether the registration is restored or no longer wanted."""
    preparation, status = Preparation.parse(event.properties), _stack(event, invocation).status()
    if status.startswith("DELETE_"):
        return True
    if not status.endswith(("_COMPLETE", "_CLEANUP_IN_PROGRESS")):
        return False
    hosted = _hosted(preparation, event, invocation)
    if hosted is None or preparation.scaling is None:
        return True
    _, endpoint = hosted
    if not endpoint.settled:
        return False
    target = _target(preparation, endpoint, invocation)
    if target.registered():
        return True
    if endpoint.is_serving(variant_name=preparation.variant_name, instance_type=preparation.instance_type):
        target.register(preparation.scaling)
        log("scaling restored after the rollback", physicalResourceId=target.resource_id, requestId=event.request_id)
    else:
        log("scaling not restored: the endpoint has changed", level="WARNING", requestId=event.request_id)
    return True


def _needs_restore(
    preparation: Preparation, endpoint: Endpoint, event: CustomResourceEvent, invocation: Invocation
) -> bool:
    """Restore a missing registration. Return True if that has to wait until a rollback has ended."""
    if preparation.scaling is None:
        return False
    stack = _stack(event, invocation)
    if not is_scaled(event.old_properties) and not stack.is_rolling_back():
        # The update adds scaling, after the endpoint.
        return False
    target = _target(preparation, endpoint, invocation)
    if target.registered():
        return False
    if endpoint.is_serving(variant_name=preparation.variant_name, instance_type=preparation.instance_type):
        try:
            target.register(preparation.scaling)
        except AWS_ERRORS as error:
            # A rollback that fails here would leave the whole stack stuck. An update fails at the instance count.
            log("not restored yet", level="WARNING", errorCode=code_of(error), reason=message_of(error))
        else:
            log("scaling restored at once", physicalResourceId=target.resource_id, requestId=event.request_id)
            return False
    # In an update the instance count follows the endpoint. A rollback may not reach it.
    return stack.is_rolling_back()


def _deregister(
    preparation: Preparation, target: VariantScaling, endpoint: Endpoint, event: CustomResourceEvent
) -> None:
    if not (is_scaled(event.properties) or is_scaled(event.old_properties)):
        return
    instance_type = endpoint.instance_types.get(target.variant_name)
    if target.variant_name != preparation.variant_name or instance_type != preparation.instance_type:
        target.deregister()


def _hosted(
    preparation: Preparation, event: CustomResourceEvent, invocation: Invocation
) -> tuple[VariantScaling, Endpoint] | None:
    """Return the variant that the stack has registered, and its endpoint, or None without one."""
    resource_id, _ = _stack(event, invocation).resource(preparation.instance_count_logical_id)
    target = VariantScaling.parse(resource_id, invocation.clients)
    endpoint = Endpoint.find(target.endpoint_name, invocation.clients.sagemaker) if target else None
    return (target, endpoint) if target and endpoint else None


def _stack(event: CustomResourceEvent, invocation: Invocation) -> OwnStack:
    return OwnStack(client=invocation.clients.cloudformation, stack_id=event.stack_id)


def _target(preparation: Preparation, endpoint: Endpoint, invocation: Invocation) -> VariantScaling:
    return VariantScaling.of(invocation.clients, endpoint_name=endpoint.name, variant_name=preparation.variant_name)


def _log_error(error: Exception) -> None:
    code, reason = code_of(error), message_of(error)
    log("poll failed", level="WARNING", task=Task.ENDPOINT_PREPARATION, errorCode=code, reason=reason)
