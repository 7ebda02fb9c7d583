"""`Custom::EndpointInstanceCount`: how many instances an endpoint has, and how their number follows the load.

The endpoint's updates retain what autoscaling, or somebody by hand, has set at run time. This resource comes after the
endpoint and sets the recommended number of instances where it has to change: with the instance type, and, unless the
endpoint is scaled, with the recommended number itself. A rollback has the properties the other way round, and so sets
the old number. What a rollback doesn't reach hasn't set anything, and so the endpoint has retained the old number. That
SageMaker retains it where the instance type changes isn't documented; otherwise the configuration's number is there.

The physical id is `endpoint/<name>/variant/<name>`, as Application Auto Scaling names a variant: another endpoint or
variant is another resource, and CloudFormation has the old one deregistered in cleanup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, ErrorKind, code_of, kind_of, message_of
from inference_recommendations_handler.aws.propagation import PERMISSION_BOUND_SECONDS
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS, StateKey
from inference_recommendations_handler.protocol.contract import InstanceCountProperty as Property
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.recommendation.scaling import Scaling, ScalingError, is_scaled, whole
from inference_recommendations_handler.stack.earlier_executions import stop_earlier_executions
from inference_recommendations_handler.stack.late_delivery import has_ended, is_late
from inference_recommendations_handler.stack.own_stack import OwnStack
from inference_recommendations_handler.stack.state_machine import EVENT, Task

from .endpoint import Endpoint
from .variant_scaling import VariantScaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation

POLL_SECONDS: Final = 30
_REQUESTED: Final = "requested"
_DENIED_SINCE: Final = "deniedSince"


class _CountError(Exception):
    """The number of instances can't be set; the message says why."""


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """The endpoint is being changed."""

    requested: bool
    """Whether the number of instances was requested already."""


@dataclass(frozen=True, kw_only=True)
class _Change:
    """What the event leads to."""

    variant: VariantScaling
    scaling: Scaling | None
    """None where the endpoint isn't scaled."""
    was_scaled: bool
    instance_count: int | None
    """None where the endpoint keeps its own."""

    @classmethod
    def parse(cls, event: CustomResourceEvent, invocation: Invocation) -> _Change:
        """Read the properties.

        Raises:
            ScalingError: Something is missing, or the variant can't be scaled like this.
        """
        variant = _named(event, invocation)
        if variant is None:
            message = (
                "The number of instances is that of a variant of an endpoint, and the properties name none: deploy "
                "with the version of cdk-inference-recommender that wrote the template."
            )
            raise ScalingError(message)
        scaling = Scaling.parse(event.properties) if is_scaled(event.properties) else None
        return cls(
            variant=variant,
            scaling=scaling,
            was_scaled=is_scaled(event.old_properties),
            instance_count=_instance_count(event, scaling),
        )


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Serve one event; None when an execution of the state machine will answer.

    Raises what boto3 raises where another delivery may succeed.
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
        # A rollback that fails for what may pass would leave the whole stack stuck.
        outcome = _Waiting(requested=False)
    if isinstance(outcome, Response):
        return outcome
    if machine is None:
        return _ended(
            event, invocation, "The property StateMachineArn names none, and so the endpoint isn't waited for."
        )
    machine.start(event.request_id, _state(event, requested=outcome.requested, done=False))
    return None


def step(state: Mapping[str, Any], invocation: Invocation, *, now: float) -> dict[str, Any]:
    """Look again, until the endpoint has its number of instances."""
    event = CustomResourceEvent.parse(state[EVENT], now=now)
    requested = bool(state.get(_REQUESTED))
    if StateKey.ERROR in state:
        invocation.send(_ended(event, invocation, "The handler failed while the endpoint was changed."), event)
        return _state(event, requested=requested, done=True)
    reason, until, denied_since = "The endpoint is still being changed.", event.requested_at + WAIT_STAGE_SECONDS, None
    try:
        if has_ended(event, invocation):
            return _state(event, requested=requested, done=True)
        outcome = _advance(event, invocation, requested=requested)
    except AWS_ERRORS as error:
        log(
            "not looked at",
            level="WARNING",
            task=Task.ENDPOINT_INSTANCE_COUNT,
            errorCode=code_of(error),
            reason=message_of(error),
        )
        outcome, reason = _Waiting(requested=requested), f"{message_of(error)} ({code_of(error)}.)"
        if kind_of(error) is ErrorKind.PERMISSION:
            denied_since = float(state.get(_DENIED_SINCE, now))
            until = min(until, denied_since + PERMISSION_BOUND_SECONDS)
    if isinstance(outcome, _Waiting):
        if now < until:
            return _state(event, requested=outcome.requested, done=False, denied_since=denied_since)
        outcome = _ended(event, invocation, reason)
    invocation.send(outcome, event)
    return _state(event, requested=requested, done=True)


def _advance(event: CustomResourceEvent, invocation: Invocation, *, requested: bool) -> Response | _Waiting:
    """Do what can be done now. Raises what boto3 raises where another attempt may succeed."""
    own_id = _own_id(event, invocation)
    try:
        change = _Change.parse(event, invocation)
    except ScalingError as error:
        return invocation.failed(event, str(error), physical_resource_id=own_id)
    variant = change.variant
    try:
        if change.scaling is None and change.was_scaled:
            variant.deregister()
        if change.instance_count is not None:
            waiting = _set(change.instance_count, event, variant, invocation, requested=requested)
            if waiting is not None:
                return waiting
    except _CountError as error:
        if not _is_rolling_back(event, invocation):
            return invocation.failed(event, str(error), physical_resource_id=own_id)
        # A rollback that fails for it would leave the whole stack stuck.
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


def _set(
    count: int, event: CustomResourceEvent, variant: VariantScaling, invocation: Invocation, *, requested: bool
) -> _Waiting | None:
    """Set the number of instances; None where the endpoint has it, or has to keep its own.

    Raises:
        _CountError: SageMaker refuses the number, or failed to bring the instances up.
    """
    sagemaker, name = invocation.clients.sagemaker, variant.variant_name
    endpoint = Endpoint.find(variant.endpoint_name, sagemaker)
    if endpoint is None:
        message = f"The endpoint {variant.endpoint_name} doesn't exist."
        raise _CountError(message)
    if not endpoint.settled:
        return _Waiting(requested=requested)
    desired = endpoint.desired_instance_counts.get(name, count)
    if desired == count or (_was_never_set(desired, event) and _is_rolling_back(event, invocation)):
        return None
    wanted = f"The variant {name} of the endpoint {endpoint.name} should have {count} instances"
    if requested:
        cause = endpoint.failure_reason or f"it has {desired}, and no reason is given."
        message = f"{wanted}: {cause}"
        raise _CountError(message)
    try:
        was_requested = endpoint.set_instance_count(sagemaker, variant_name=name, count=count)
    except AWS_ERRORS as error:
        if kind_of(error) in MAY_PASS:
            raise
        message = f"{wanted}: {message_of(error)} ({code_of(error)}.)"
        raise _CountError(message) from error
    log("instance count set", physicalResourceId=variant.resource_id, reason=f"{count} instances")
    return _Waiting(requested=was_requested)


def _instance_count(event: CustomResourceEvent, scaling: Scaling | None) -> int | None:
    """Return the number of instances to set; None where the endpoint keeps its own.

    Raises:
        ScalingError: The recommended number is none.
    """
    new, old = event.properties, event.old_properties
    changed = {name for name in Property if old.get(name) != new.get(name)}
    if event.request_type is not RequestType.UPDATE or Property.ENDPOINT_NAME in changed:
        # A new endpoint starts with the recommended number, and the old one keeps its own for a rollback.
        return None
    # Whether a variant with another instance type retains its number isn't documented; so it is set.
    is_other = not changed.isdisjoint({Property.INSTANCE_TYPE, Property.VARIANT_NAME})
    keeps_own = is_scaled(new) and is_scaled(old)
    if not is_other and (keeps_own or Property.INITIAL_INSTANCE_COUNT not in changed):
        return None
    recommended = whole(new.get(Property.INITIAL_INSTANCE_COUNT), Property.INITIAL_INSTANCE_COUNT)
    return recommended if scaling is None else min(max(recommended, scaling.min_capacity), scaling.max_capacity)


def _was_never_set(desired: int, event: CustomResourceEvent) -> bool:
    """Return whether a rolled back update, of the recommended number alone, hasn't set it: it was refused, perhaps."""
    is_alone = event.old_properties.get(Property.INSTANCE_TYPE) == event.properties.get(Property.INSTANCE_TYPE)
    return is_alone and str(event.old_properties.get(Property.INITIAL_INSTANCE_COUNT)) != str(desired)


def _named(event: CustomResourceEvent, invocation: Invocation) -> VariantScaling | None:
    names = [event.properties.get(name) for name in (Property.ENDPOINT_NAME, Property.VARIANT_NAME)]
    resource_id = f"endpoint/{names[0] or ''}/variant/{names[1] or ''}"
    return VariantScaling.parse(resource_id, invocation.clients)


def _own_id(event: CustomResourceEvent, invocation: Invocation) -> str:
    if event.physical_resource_id is not None:
        return event.physical_resource_id
    variant = _named(event, invocation)
    return variant.resource_id if variant is not None else event.logical_resource_id


def _delete(event: CustomResourceEvent, invocation: Invocation) -> Response:
    own_id = event.physical_resource_id or event.logical_resource_id
    # CloudFormation invents an id where a Create was never answered, which may have registered all the same.
    variant = VariantScaling.parse(own_id, invocation.clients) or _named(event, invocation)
    if variant is not None and is_scaled(event.properties):
        variant.deregister()
    return Response(physical_resource_id=own_id)


def _ended(event: CustomResourceEvent, invocation: Invocation, reason: str) -> Response:
    """What ends the wait without the number of instances: a failure, but for a rollback, which has to go on."""
    own_id = _own_id(event, invocation)
    log("instance count not reached", level="ERROR", physicalResourceId=own_id, reason=reason)
    try:
        is_rollback = _is_rolling_back(event, invocation)
    except AWS_ERRORS:
        is_rollback = False
    if is_rollback:
        return Response(physical_resource_id=own_id)
    return invocation.failed(
        event,
        f"{reason} The recommended number of instances wasn't reached. Deploy again.",
        physical_resource_id=own_id,
    )


def _is_rolling_back(event: CustomResourceEvent, invocation: Invocation) -> bool:
    stack = OwnStack(client=invocation.clients.cloudformation, stack_id=event.stack_id)
    return stack.is_rolling_back()


def _state(
    event: CustomResourceEvent, *, requested: bool, done: bool, denied_since: float | None = None
) -> dict[str, Any]:
    return ({} if denied_since is None else {_DENIED_SINCE: denied_since}) | {
        StateKey.TASK.value: Task.ENDPOINT_INSTANCE_COUNT.value,
        EVENT: event.to_state(),
        _REQUESTED: requested,
        StateKey.WAIT_SECONDS.value: POLL_SECONDS,
        StateKey.DONE.value: done,
    }
