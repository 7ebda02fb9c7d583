"""`Custom::EndpointPreparation`: makes sure that UpdateEndpoint won't be refused.

It is refused while the endpoint is being changed otherwise, for example by autoscaling, and while a variant that is a
scalable target would go, or change its instance type (developer guide, update endpoints that use auto scaling). The
endpoint depends on this resource, which waits for the endpoint and deregisters the variant where it has to.
`Custom::EndpointInstanceCount`, which registers the variant again, depends on the endpoint. CloudFormation sends a
rollback to what the update has reached only. So where the update failed before it reached that resource, this one
brings the old registration back: at once if the endpoint still serves as before, or when the rollback is through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, kind_of, message_of
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS, StateKey
from inference_recommendations_handler.protocol.contract import InstanceCountProperty as Property
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response
from inference_recommendations_handler.recommendation.scaling import Scaling, ScalingError, is_scaled
from inference_recommendations_handler.stack.earlier_executions import stop_earlier_executions
from inference_recommendations_handler.stack.late_delivery import is_late
from inference_recommendations_handler.stack.own_stack import OwnStack
from inference_recommendations_handler.stack.state_machine import EVENT, Task

from .endpoint import Endpoint
from .variant_scaling import VariantScaling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation

POLL_SECONDS: Final = 30
RESTORE_BOUND_SECONDS: Final = 6 * 60 * 60
"""A rollback that takes longer isn't going on by itself."""
_ANSWERED: Final = "answered"


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What the update leads to, and what it is about."""

    instance_count_logical_id: str
    variant_name: str
    instance_type: str
    scaling: Scaling | None
    """None where the endpoint isn't scaled."""

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> Preparation:
        """Read the properties.

        Raises:
            ScalingError: Something is missing, or the variant can't be scaled like this.
        """
        names = (Property.INSTANCE_COUNT_LOGICAL_ID, Property.VARIANT_NAME, Property.INSTANCE_TYPE)
        found = [str(properties.get(name) or "") for name in names]
        if not all(found):
            missing = ", ".join(name for name, value in zip(names, found, strict=True) if not value)
            message = (
                f"The property {missing} is missing: deploy with the version of cdk-inference-recommender that wrote "
                "the template."
            )
            raise ScalingError(message)
        return cls(
            instance_count_logical_id=found[0],
            variant_name=found[1],
            instance_type=found[2],
            scaling=Scaling.parse(properties) if is_scaled(properties) else None,
        )


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response | None:
    """Serve one event; None when an execution of the state machine will answer.

    Raises what boto3 raises where another delivery may succeed.
    """
    own_id = event.physical_resource_id or event.logical_resource_id
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=own_id)
    try:
        preparation = Preparation.parse(event.properties)
    except ScalingError as error:
        # Before the endpoint is made, or changed: what can't be scaled costs no instance.
        return invocation.failed(event, str(error))
    if event.request_type is RequestType.CREATE or is_late(event, invocation):
        return Response(physical_resource_id=own_id)
    machine = invocation.machine(event.properties)
    if machine is not None:
        stop_earlier_executions(event, machine, task=Task.ENDPOINT_PREPARATION)
        # What CloudFormation has cancelled there must not change the endpoint, or register it, any more.
        stop_earlier_executions(
            event,
            machine,
            task=Task.ENDPOINT_INSTANCE_COUNT,
            logical_id=preparation.instance_count_logical_id,
        )
    try:
        settled = _prepared(preparation, event, invocation)
    except AWS_ERRORS as error:
        if machine is None or kind_of(error) not in MAY_PASS:
            raise
        # A rollback that fails for what may pass would leave the whole stack stuck.
        settled = _Settled(is_over=False, restore=False)
    if not settled.is_over and machine is not None:
        # A change of the number of instances is under way: CloudFormation's own update would be refused.
        machine.start(event.request_id, _state(event, wait=POLL_SECONDS, answered=False, done=False))
        return None
    if settled.restore and machine is not None:
        machine.start(event.request_id, _state(event, wait=POLL_SECONDS, answered=True, done=False))
    return Response(physical_resource_id=own_id)


def step(state: Mapping[str, Any], invocation: Invocation, *, now: float) -> dict[str, Any]:
    """Look again: until the endpoint can be changed, then until the rollback is through."""
    event = CustomResourceEvent.parse(state[EVENT], now=now)
    answered = bool(state[_ANSWERED])
    answer = Response(physical_resource_id=event.physical_resource_id or event.logical_resource_id)
    if StateKey.ERROR in state:
        # The variant was deregistered before, and so the endpoint can change.
        if not answered:
            invocation.send(answer, event)
        return _state(event, wait=0, answered=True, done=True)
    try:
        over = _restored(event, invocation) if answered else _settled(event, invocation, now=now)
    except AWS_ERRORS as error:
        log(
            "not looked at",
            level="WARNING",
            task=Task.ENDPOINT_PREPARATION,
            errorCode=code_of(error),
            reason=message_of(error),
        )
        over = None if answered else _Settled(is_over=_is_late_to_settle(event, now=now), restore=False)
    if isinstance(over, _Settled):
        if not over.is_over:
            return _state(event, wait=POLL_SECONDS, answered=False, done=False)
        invocation.send(answer, event)
        return _state(event, wait=POLL_SECONDS, answered=True, done=not over.restore)
    if over is None and now >= event.requested_at + RESTORE_BOUND_SECONDS:
        log(
            "scaling not restored: the endpoint isn't scaled",
            level="ERROR",
            task=Task.ENDPOINT_PREPARATION,
            requestId=event.request_id,
        )
        over = True
    return _state(event, wait=POLL_SECONDS, answered=True, done=over is not None)


@dataclass(frozen=True, kw_only=True)
class _Settled:
    is_over: bool
    """Whether the endpoint can be changed, as far as that is to be waited for."""
    restore: bool


def _prepared(preparation: Preparation, event: CustomResourceEvent, invocation: Invocation) -> _Settled:
    hosted = _hosted(preparation, event, invocation)
    if hosted is None:
        return _Settled(is_over=True, restore=False)
    target, endpoint = hosted
    # First, so that autoscaling begins no other change meanwhile.
    _deregister(preparation, target, endpoint, event)
    if not endpoint.settled:
        return _Settled(is_over=False, restore=False)
    return _Settled(is_over=True, restore=_is_to_be_restored(preparation, endpoint, event, invocation))


def _settled(event: CustomResourceEvent, invocation: Invocation, *, now: float) -> _Settled:
    preparation = Preparation.parse(event.properties)
    hosted = _hosted(preparation, event, invocation)
    if hosted is None:
        return _Settled(is_over=True, restore=False)
    target, endpoint = hosted
    if not endpoint.settled and not _is_late_to_settle(event, now=now):
        return _Settled(is_over=False, restore=False)
    _deregister(preparation, target, endpoint, event)
    return _Settled(is_over=True, restore=_is_to_be_restored(preparation, endpoint, event, invocation))


def _is_late_to_settle(event: CustomResourceEvent, *, now: float) -> bool:
    # What SageMaker says of a change in progress then is a better reason than that nothing was answered.
    return now >= event.requested_at + WAIT_STAGE_SECONDS


def _restored(event: CustomResourceEvent, invocation: Invocation) -> bool | None:
    """True where the registration is back, or isn't wanted any more; None where it is to be looked at again."""
    preparation, stack = Preparation.parse(event.properties), _stack(event, invocation)
    status = stack.status()
    if status.startswith("DELETE_"):
        return True
    if not status.endswith(("_COMPLETE", "_CLEANUP_IN_PROGRESS")):
        return None
    hosted = _hosted(preparation, event, invocation)
    if hosted is None or preparation.scaling is None:
        return True
    _, endpoint = hosted
    if not endpoint.settled:
        return None
    target = _target(preparation, endpoint, invocation)
    if target.registered():
        return True
    if endpoint.serves(variant_name=preparation.variant_name, instance_type=preparation.instance_type):
        target.register(preparation.scaling)
        log("scaling restored after the rollback", physicalResourceId=target.resource_id, requestId=event.request_id)
    else:
        log("scaling not restored: the endpoint isn't what it was", level="WARNING", requestId=event.request_id)
    return True


def _is_to_be_restored(
    preparation: Preparation, endpoint: Endpoint, event: CustomResourceEvent, invocation: Invocation
) -> bool:
    """Bring back what is missing; True where that has to wait until a rollback is through."""
    if preparation.scaling is None:
        return False
    stack = _stack(event, invocation)
    if not is_scaled(event.old_properties) and not stack.is_rolling_back():
        # Scaling is being added, and comes after the endpoint.
        return False
    target = _target(preparation, endpoint, invocation)
    if target.registered():
        return False
    if endpoint.serves(variant_name=preparation.variant_name, instance_type=preparation.instance_type):
        try:
            target.register(preparation.scaling)
        except AWS_ERRORS as error:
            # A rollback that fails for it would leave the whole stack stuck; an update fails at the instance count.
            log("not restored yet", level="WARNING", errorCode=code_of(error), reason=message_of(error))
        else:
            log("scaling restored at once", physicalResourceId=target.resource_id, requestId=event.request_id)
            return False
    # In an update the instance count follows the endpoint; a rollback may not reach it.
    return stack.is_rolling_back()


def _deregister(
    preparation: Preparation, target: VariantScaling, endpoint: Endpoint, event: CustomResourceEvent
) -> None:
    if not (is_scaled(event.properties) or is_scaled(event.old_properties)):
        return
    runs_on = endpoint.instance_types.get(target.variant_name)
    if target.variant_name != preparation.variant_name or runs_on != preparation.instance_type:
        target.deregister()


def _hosted(
    preparation: Preparation, event: CustomResourceEvent, invocation: Invocation
) -> tuple[VariantScaling, Endpoint] | None:
    """What the stack has registered, and the endpoint that it is of; nothing else is touched."""
    resource_id, _ = _stack(event, invocation).resource(preparation.instance_count_logical_id)
    target = VariantScaling.parse(resource_id, invocation.clients)
    endpoint = Endpoint.find(target.endpoint_name, invocation.clients.sagemaker) if target else None
    return (target, endpoint) if target and endpoint else None


def _stack(event: CustomResourceEvent, invocation: Invocation) -> OwnStack:
    return OwnStack(client=invocation.clients.cloudformation, stack_id=event.stack_id)


def _target(preparation: Preparation, endpoint: Endpoint, invocation: Invocation) -> VariantScaling:
    return VariantScaling.of(invocation.clients, endpoint_name=endpoint.name, variant_name=preparation.variant_name)


def _state(event: CustomResourceEvent, *, wait: float, answered: bool, done: bool) -> dict[str, Any]:
    return {
        StateKey.TASK.value: Task.ENDPOINT_PREPARATION.value,
        EVENT: event.to_state(),
        _ANSWERED: answered,
        StateKey.WAIT_SECONDS.value: round(wait),
        StateKey.DONE.value: done,
    }
