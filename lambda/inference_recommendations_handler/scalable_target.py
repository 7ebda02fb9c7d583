"""`Custom::ScalableTarget`: an endpoint variant whose number of instances follows its load.

The physical id is the target's resource id, `endpoint/<name>/variant/<name>`: another endpoint or variant is another
target, and CloudFormation has the old one deregistered in cleanup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .answer import Answer
from .contract import ScalableTargetProperty as Property
from .custom_resource_event import RequestType
from .errors import AWS_ERRORS, ErrorKind, code_of, kind_of, message_of
from .late_delivery import is_late
from .scaling import Scaling, ScalingError
from .variant_scaling import VariantScaling

if TYPE_CHECKING:
    from .custom_resource_event import CustomResourceEvent
    from .invocation import Invocation

_PASSING: Final = frozenset({ErrorKind.TRANSIENT, ErrorKind.PERMISSION})


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Answer:
    """Serve one event. Raises what boto3 raises where another delivery may succeed."""
    if event.request_type is RequestType.DELETE:
        return _delete(event, invocation)
    target = _named(event, invocation)
    own_id = event.physical_resource_id or (target.resource_id if target else event.logical_resource_id)
    if target is None:
        reason = (
            "A scalable target is a variant of an endpoint, and the properties name none: deploy with the version of "
            "cdk-inference-recommender that wrote the template."
        )
        return invocation.failed(event, reason, physical_resource_id=own_id)
    if is_late(event, invocation):
        return Answer(physical_resource_id=own_id)
    try:
        target.register(Scaling.parse(event.properties))
    except ScalingError as error:
        return invocation.failed(event, str(error), physical_resource_id=own_id)
    except AWS_ERRORS as error:
        if kind_of(error) in _PASSING:
            raise
        reason = f"{message_of(error)} ({code_of(error)}.) {target.resource_id} isn't scaled."
        return invocation.failed(event, reason, physical_resource_id=own_id)
    return Answer(physical_resource_id=target.resource_id)


def _named(event: CustomResourceEvent, invocation: Invocation) -> VariantScaling | None:
    names = [event.properties.get(name) for name in (Property.ENDPOINT_NAME, Property.VARIANT_NAME)]
    resource_id = f"endpoint/{names[0] or ''}/variant/{names[1] or ''}"
    return VariantScaling.parse(resource_id, invocation.clients)


def _delete(event: CustomResourceEvent, invocation: Invocation) -> Answer:
    own_id = event.physical_resource_id or event.logical_resource_id
    # CloudFormation invents an id where a Create was never answered, which may have registered all the same.
    target = VariantScaling.parse(own_id, invocation.clients) or _named(event, invocation)
    if target is not None:
        target.deregister()
    return Answer(physical_resource_id=own_id)
