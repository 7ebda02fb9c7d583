"""Executions that an earlier event of the same resource has started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, message_of
from inference_recommendations_handler.protocol.log import log

from .owner import Owner

if TYPE_CHECKING:
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

    from .state_machine import StateMachine, Task


def stop_earlier_executions(
    event: CustomResourceEvent, machine: StateMachine, *, task: Task, logical_id: str | None = None
) -> None:
    """Nothing goes on for an answer that CloudFormation waits for no more.

    Args:
        event: Of the same resource, and later.
        machine: The stack's.
        task: Which long operation is meant.
        logical_id: Another resource of the stack, where its executions are meant.
    """
    owner = Owner(stack_id=event.stack_id, logical_id=logical_id or event.logical_resource_id)
    try:
        for execution in machine.running():
            earlier = execution.event
            if (
                execution.task == task
                and earlier is not None
                and Owner.of(earlier) == owner
                and earlier.precedes(event)
            ):
                machine.stop(execution.name)
    except AWS_ERRORS as error:
        log("earlier wait goes on", level="WARNING", errorCode=code_of(error), reason=message_of(error))
