"""Events that arrive after CloudFormation has stopped waiting for a response, and may have undone the change."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.log import log

from .own_stack import OwnStack

if TYPE_CHECKING:
    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

_LATE_SECONDS: Final = 45
"""Lambda doesn't retry an event earlier, so a younger event needs no call of CloudFormation."""


def is_late(event: CustomResourceEvent, invocation: Invocation) -> bool:
    """Return whether CloudFormation no longer waits for the response to an event just received.

    Raises what boto3 raises.
    """
    return time.time() >= event.requested_at + _LATE_SECONDS and has_ended(event, invocation)


def has_ended(event: CustomResourceEvent, invocation: Invocation) -> bool:
    """Return whether CloudFormation has ended the operation of the event. Raises what boto3 raises."""
    stack = OwnStack(client=invocation.clients.cloudformation, stack_id=event.stack_id)
    _, status = stack.resource(event.logical_resource_id)
    late = not status.endswith("_IN_PROGRESS")
    if late:
        log("skipped: CloudFormation has ended it", level="WARNING", requestId=event.request_id, status=status)
    return late
