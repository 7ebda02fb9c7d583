"""Deliveries that arrive when CloudFormation has gone on: what they ask for was undone since, perhaps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.log import log

from .own_stack import OwnStack

if TYPE_CHECKING:
    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

_LATE_SECONDS: Final = 45
"""Before that, Lambda delivers nothing a second time, and the stack needn't be asked."""


def is_late(event: CustomResourceEvent, invocation: Invocation) -> bool:
    """Whether CloudFormation waits for the answer no more. Raises what boto3 raises."""
    return time.time() >= event.requested_at + _LATE_SECONDS and has_ended(event, invocation)


def has_ended(event: CustomResourceEvent, invocation: Invocation) -> bool:
    """Return whether CloudFormation has ended, or given up, the operation of the event. Raises what boto3 raises."""
    stack = OwnStack(client=invocation.clients.cloudformation, stack_id=event.stack_id)
    _, status = stack.resource(event.logical_resource_id)
    late = not status.endswith("_IN_PROGRESS")
    if late:
        log("left alone: CloudFormation has gone on", level="WARNING", requestId=event.request_id, status=status)
    return late
