"""Executions that an earlier event of the same resource has started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_recommendations_handler.aws.errors import AWS_ERRORS, code_of, message_of
from inference_recommendations_handler.protocol.log import log

from .owner import Owner

if TYPE_CHECKING:
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

    from .execution_state import Task
    from .state_machine import StateMachine


def stop_earlier_executions(
    event: CustomResourceEvent, machine: StateMachine, *, task: Task, logical_id: str | None = None
) -> None:
    """Stop executions whose response CloudFormation no longer waits for.

    Args:
        event: Later event of the same resource.
        machine: State machine of the stack.
        task: Task of the executions.
        logical_id: Logical id of another resource in the stack whose executions to stop. Default: the event's.
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
        log("earlier execution not stopped", level="WARNING", errorCode=code_of(error), reason=message_of(error))
