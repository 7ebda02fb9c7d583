"""`Custom::EndpointInstanceCount`: instance count and autoscaling of an endpoint variant.

Updates of the endpoint retain the instance count that autoscaling, or a user, has set at run time. This resource comes
after the endpoint, and sets the recommended count where it has to change: with the instance type, and, without
autoscaling, with the recommended count itself. In a rollback the properties are reversed, so the old count is set. If a
rollback doesn't reach this resource, it has set nothing, and the endpoint has retained the old count. AWS doesn't
document that SageMaker retains the count if the instance type changes; otherwise the endpoint has the configuration's.

The physical id is `endpoint/<name>/variant/<name>`, the resource id in Application Auto Scaling. Another endpoint or
variant is another resource, and CloudFormation deletes the old one, which deregisters it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, kind_of, message_of
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS
from inference_recommendations_handler.protocol.contract import InstanceCountProperty as Property
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.recommendation.scaling import Scaling, ScalingError, is_scaled, whole
from inference_recommendations_handler.stack.earlier_executions import stop_earlier_executions
from inference_recommendations_handler.stack.execution_state import ExecutionState, Task
from inference_recommendations_handler.stack.late_delivery import has_ended, is_late
from inference_recommendations_handler.stack.own_stack import OwnStack

from .endpoint import Endpoint
from .variant_scaling import VariantScaling

if TYPE_CHECKING:
    from inference_recommendations_handler.invocation import Invocation

POLL_SECONDS: Final = 30


@dataclass(frozen=True, kw_only=True)
class State(ExecutionState):
    """State of a change of the instance count."""

    task: Task = Task.ENDPOINT_INSTANCE_COUNT
    requested: bool = False
    """Whether SageMaker has accepted the instance count."""


class _InstanceCountError(Exception):
    """The update had no effect, or the instance count can't be set. The message contains the reason."""


@dataclass(frozen=True, kw_only=True)
class _InProgress:
    """The endpoint is being updated."""

    requested: bool
    """Whether SageMaker has accepted the instance count."""


@dataclass(frozen=True, kw_only=True)
class _Change:
    """Change that an event requests."""

    variant: VariantScaling
    scaling: Scaling | None
    """None without autoscaling."""
    was_scaled: bool
    instance_count: int | None
    """None if the endpoint retains its own."""

    @classmethod
    def parse(cls, event: CustomResourceEvent, invocation: Invocation) -> _Change:
        """Read the properties.

        Raises:
            ScalingError: A property is missing, or the scaling is invalid.
        """
        variant = _variant(event, invocation)
        if variant is None:
            raise ScalingError(
                "The properties contain no endpoint variant whose instance count to set: deploy with the version of "
                "cdk-inference-recommender that synthesized the template."
            )
        scaling = Scaling.parse(event.properties) if is_scaled(event.properties) else None
        return cls(
            variant=variant,
            scaling=scaling,
            was_scaled=is_scaled(event.old_properties),
            instance_count=_instance_count(event, scaling),
        )


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Handle one event. Return None if an execution of the state machine sends the response.

    Raise what boto3 raises if another delivery can succeed.
    """
    if event.request_type is RequestType.DELETE:
        return _delete(event, invocation)
    if is_late(event, invocation):
        return Response(physical_resource_id=_own_id(event, invocation))
    machine = invocation.machine(event.properties)
    if machine is not None and event.request_type is RequestType.UPDATE:
        stop_earlier_executions(event, machine, task=Task.ENDPOINT_INSTANCE_COUNT)
    try:
        outcome = _advance(event, invocation, requested=False)
    except AWS_ERRORS as error:
        if machine is None or event.request_type is not RequestType.UPDATE or kind_of(error) not in MAY_PASS:
            raise
        # A rollback that fails because of a temporary error would leave the whole stack stuck.
        outcome = _InProgress(requested=False)
    if isinstance(outcome, Response):
        return outcome
    if machine is None:
        return _not_reached(event, invocation, "The property StateMachineArn is missing, so the handler can't wait.")
    machine.start(event.request_id, State(event=event, requested=outcome.requested).wait(POLL_SECONDS))
    return None


def step(state: State, invocation: Invocation, *, now: float) -> State:
    """Continue until the endpoint has its instance count."""
    event = state.event
    if state.error is not None:
        invocation.send(_not_reached(event, invocation, "The handler failed while the endpoint was updated."), event)
        return state.finish()
    reason, denied = "The endpoint is still being updated.", False
    try:
        if has_ended(event, invocation):
            return state.finish()
        outcome = _advance(event, invocation, requested=state.requested)
    except AWS_ERRORS as error:
        code, message = code_of(error), message_of(error)
        log("poll failed", level="WARNING", task=Task.ENDPOINT_INSTANCE_COUNT, errorCode=code, reason=message)
        outcome, reason = _InProgress(requested=state.requested), f"{message} ({code}.)"
        denied = kind_of(error) is ErrorKind.PERMISSION
    if isinstance(outcome, _InProgress):
        state = replace(state, requested=outcome.requested).record_denial(denied=denied, now=now)
        if now < event.requested_at + WAIT_STAGE_SECONDS and not state.is_denied_for_good(now=now):
            return state.wait(POLL_SECONDS)
        outcome = _not_reached(event, invocation, reason)
    invocation.send(outcome, event)
    return state.finish()


def _advance(event: CustomResourceEvent, invocation: Invocation, *, requested: bool) -> Response | _InProgress:
    """Make the calls that are possible now. Raise what boto3 raises if another attempt can succeed."""
    own_id = _own_id(event, invocation)
    try:
        change = _Change.parse(event, invocation)
    except ScalingError as error:
        return invocation.failed(event, str(error), physical_resource_id=own_id)
    variant = change.variant
    try:
        _expect_updated(event, variant, invocation)
        if change.scaling is None and change.was_scaled:
            variant.deregister()
        if change.instance_count is not None:
            in_progress = _set(change.instance_count, event, variant, invocation, requested=requested)
            if in_progress is not None:
                return in_progress
    except _InstanceCountError as error:
        if not _is_rolling_back(event, invocation):
            return invocation.failed(event, str(error), physical_resource_id=own_id)
        # A rollback that fails because of it would leave the whole stack stuck.
        log("instance count not set", level="ERROR", physicalResourceId=variant.resource_id, reason=str(error))
    try:
        if change.scaling is not None:
            variant.register(change.scaling)
    except AWS_ERRORS as error:
        if kind_of(error) in MAY_PASS:
            raise
        reason = f"{message_of(error)} ({code_of(error)}.) {variant.resource_id} isn't scaled."
        return invocation.failed(event, reason, physical_resource_id=own_id)
    return Response(physical_resource_id=variant.resource_id)


def _expect_updated(event: CustomResourceEvent, variant: VariantScaling, invocation: Invocation) -> None:
    """Ensure that the endpoint has its new configuration.

    SageMaker returns an endpoint to its old configuration if an alarm rolls the update back, and the endpoint is in
    service again. Whether CloudFormation's own resource fails then isn't documented. If it didn't, CloudFormation would
    delete the configuration that serves.

    Raises:
        _InstanceCountError: It has another one.
    """
    new, old = (each.get(Property.ENDPOINT_CONFIG_NAME) for each in (event.properties, event.old_properties))
    if event.request_type is not RequestType.UPDATE or new == old:
        return
    endpoint = Endpoint.find(variant.endpoint_name, invocation.clients.sagemaker)
    if endpoint is not None and endpoint.configuration_name != new:
        cause = endpoint.failure_reason or "SageMaker returns no reason."
        raise _InstanceCountError(
            f"The update of the endpoint {endpoint.name} was rolled back, and it serves with the configuration "
            f"{endpoint.configuration_name} instead of {new}: {cause}"
        )


def _set(
    count: int, event: CustomResourceEvent, variant: VariantScaling, invocation: Invocation, *, requested: bool
) -> _InProgress | None:
    """Set the instance count. Return None if the endpoint has it, or retains its own.

    Raises:
        _InstanceCountError: SageMaker rejected the count, or couldn't start the instances.
    """
    sagemaker, name = invocation.clients.sagemaker, variant.variant_name
    endpoint = Endpoint.find(variant.endpoint_name, sagemaker)
    if endpoint is None:
        raise _InstanceCountError(f"The endpoint {variant.endpoint_name} doesn't exist.")
    if not endpoint.settled:
        return _InProgress(requested=requested)
    desired = endpoint.desired_instance_counts.get(name, count)
    if desired == count or (_was_never_set(desired, event) and _is_rolling_back(event, invocation)):
        return None
    wanted = f"The variant {name} of the endpoint {endpoint.name} should have {count} instances"
    if requested:
        cause = endpoint.failure_reason or f"it has {desired}, and SageMaker returns no reason."
        raise _InstanceCountError(f"{wanted}: {cause}")
    try:
        was_requested = endpoint.set_instance_count(sagemaker, variant_name=name, count=count)
    except AWS_ERRORS as error:
        if kind_of(error) in MAY_PASS:
            raise
        raise _InstanceCountError(f"{wanted}: {message_of(error)} ({code_of(error)}.)") from error
    log("instance count set", physicalResourceId=variant.resource_id, reason=f"{count} instances")
    return _InProgress(requested=was_requested)


def _instance_count(event: CustomResourceEvent, scaling: Scaling | None) -> int | None:
    """Return the instance count to set, or None if the endpoint retains its own.

    Raises:
        ScalingError: The recommended count is invalid.
    """
    new, old = event.properties, event.old_properties
    changed = {name for name in Property if old.get(name) != new.get(name)}
    if event.request_type is not RequestType.UPDATE or Property.ENDPOINT_NAME in changed:
        # A new endpoint starts with the recommended count, and the old one retains its own for a rollback.
        return None
    # Whether a variant with another instance type retains its count isn't documented, so set it.
    is_other = not changed.isdisjoint({Property.INSTANCE_TYPE, Property.VARIANT_NAME})
    retains_own = is_scaled(new) and is_scaled(old)
    if not is_other and (retains_own or Property.INITIAL_INSTANCE_COUNT not in changed):
        return None
    recommended = whole(new.get(Property.INITIAL_INSTANCE_COUNT), Property.INITIAL_INSTANCE_COUNT)
    return recommended if scaling is None else min(max(recommended, scaling.min_capacity), scaling.max_capacity)


def _was_never_set(desired: int, event: CustomResourceEvent) -> bool:
    """Return whether a failed update of the recommended count alone didn't set it, such as if it was rejected."""
    is_alone = event.old_properties.get(Property.INSTANCE_TYPE) == event.properties.get(Property.INSTANCE_TYPE)
    return is_alone and str(event.old_properties.get(Property.INITIAL_INSTANCE_COUNT)) != str(desired)


def _variant(event: CustomResourceEvent, invocation: Invocation) -> VariantScaling | None:
    names = [event.properties.get(name) for name in (Property.ENDPOINT_NAME, Property.VARIANT_NAME)]
    resource_id = f"endpoint/{names[0] or ''}/variant/{names[1] or ''}"
    return VariantScaling.parse(resource_id, invocation.clients)


def _own_id(event: CustomResourceEvent, invocation: Invocation) -> str:
    if event.physical_resource_id is not None:
        return event.physical_resource_id
    variant = _variant(event, invocation)
    return variant.resource_id if variant is not None else event.logical_resource_id


def _delete(event: CustomResourceEvent, invocation: Invocation) -> Response:
    # CloudFormation generates an id for a Create without a response, which may have registered the variant.
    variant = VariantScaling.parse(event.own_id, invocation.clients) or _variant(event, invocation)
    if variant is not None and is_scaled(event.properties):
        variant.deregister()
    return Response(physical_resource_id=event.own_id)


def _not_reached(event: CustomResourceEvent, invocation: Invocation, reason: str) -> Response:
    """Return a failure because the endpoint doesn't have its instance count, or SUCCESS to continue a rollback."""
    own_id = _own_id(event, invocation)
    log("instance count not reached", level="ERROR", physicalResourceId=own_id, reason=reason)
    try:
        is_rollback = _is_rolling_back(event, invocation)
    except AWS_ERRORS:
        is_rollback = False
    if is_rollback:
        return Response(physical_resource_id=own_id)
    message = f"{reason} The endpoint doesn't have the recommended instance count. Deploy again."
    return invocation.failed(event, message, physical_resource_id=own_id)


def _is_rolling_back(event: CustomResourceEvent, invocation: Invocation) -> bool:
    return OwnStack(client=invocation.clients.cloudformation, stack_id=event.stack_id).is_rolling_back()
