"""Makes change sets of stacks, and executes them."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.errors import (
    AlreadyExistsError,
    InvalidChangeSetStatusError,
    ValidationError,
)
from inference_recommender_sandbox.cloudformation.stack_state import Target
from inference_recommender_sandbox.cloudformation.template.capabilities import check_capabilities
from inference_recommender_sandbox.cloudformation.template.parameters import parameter_values

from .change_set import NO_CHANGES, ChangeSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inference_recommender_sandbox.cloudformation.stack import Stack
    from inference_recommender_sandbox.cloudformation.stack_engine import StackEngine
    from inference_recommender_sandbox.cloudformation.template.template import Template


class ChangeSetEngine:
    """Creates and executes the change sets of one account and Region.

    Args:
        stacks: What the change sets change.
    """

    def __init__(self, stacks: StackEngine) -> None:
        self._stacks = stacks

    def create(
        self,
        *,
        name: str,
        stack_name: str,
        kind: str,
        template: Template | None,
        parameters: Iterable[Mapping[str, Any]],
        tags: Mapping[str, str],
        options: Mapping[str, Any],
    ) -> ChangeSet:
        """Create a change set, and the stack in REVIEW_IN_PROGRESS where it is a new one.

        Args:
            name: Unique within the stack.
            stack_name: A name, or the id of an existing stack.
            kind: `CREATE` or `UPDATE`.
            template: `None` for the stack's own.
            parameters: As the API takes them.
            tags: Of the stack.
            options: `description`, `role_arn`, `capabilities`, `notification_arns`, `on_stack_failure`.

        Raises:
            InsufficientCapabilitiesError: If one isn't acknowledged.
            ValidationError: If the request or template is refused.
            AlreadyExistsError: If the stack has a change set of that name.
        """
        with self._stacks.lock:
            stack = self._stack_of_change_set(stack_name, kind, template)
            template = template or stack.template
            if template is None:
                raise ValidationError("Either Template URL or Template Body must be specified.")
            check_capabilities(template, options["capabilities"], expands=False)
            self._stacks.change_sets.refuse_taken(name, stack)
            is_new = stack.status == "REVIEW_IN_PROGRESS"
            values = parameter_values(template, parameters, previous=None if is_new else stack.parameters)
            resolved = self._stacks.resolve(template, values, stack)
            changes = self._stacks.changes(stack, template, resolved)
            change_set = ChangeSet(
                change_set_id=(
                    f"arn:aws:cloudformation:{stack.region}:{stack.account_id}:changeSet/{name}/{uuid.uuid4()}"
                ),
                name=name,
                stack_id=stack.stack_id,
                type=kind,
                created_at=time.time(),
                template=template,
                parameters=values,
                resolved_parameters=resolved,
                tags=dict(tags),
                changes=changes,
                **options,
            )
            if not is_new and not changes and _is_unchanged(stack, change_set):
                change_set.status, change_set.status_reason = "FAILED", NO_CHANGES
                change_set.execution_status = "UNAVAILABLE"
            self._stacks.change_sets.add(change_set)
            return change_set

    def execute(self, name_or_id: str, stack_name: str | None, *, disable_rollback: bool) -> None:
        """Start what a change set describes, in the background.

        Raises:
            InvalidChangeSetStatusError: If it can't be executed.
        """
        with self._stacks.lock:
            change_set = self._stacks.change_sets.get(name_or_id, stack_name)
            stack = self._stacks.store.get(change_set.stack_id)
            if change_set.execution_status != "AVAILABLE":
                raise InvalidChangeSetStatusError(
                    f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current execution status of "
                    f"[{change_set.execution_status}]"
                )
            creates = stack.status == "REVIEW_IN_PROGRESS"
            disable = disable_rollback or change_set.on_stack_failure == "DO_NOTHING"
            if not creates:
                self._stacks.refuse_busy(stack)
                self._stacks.refuse_rollback(stack, disable_rollback=disable)
            change_set.execution_status = "EXECUTE_COMPLETE"
            stack.change_set_id = change_set.change_set_id
            stack.role_arn = change_set.role_arn or stack.role_arn
            stack.capabilities = change_set.capabilities
            stack.notification_arns = change_set.notification_arns
            target = Target(
                template=change_set.template,
                parameters=change_set.parameters,
                resolved_parameters=change_set.resolved_parameters,
                tags=change_set.tags,
            )
            self._stacks.operations.start(stack, target, creates=creates, disable_rollback=disable)
            self._stacks.change_sets.delete_all(stack, keep=change_set)

    def _stack_of_change_set(self, stack_name: str, kind: str, template: Template | None) -> Stack:
        stack = self._stacks.store.find(stack_name)
        if kind == "IMPORT":
            raise ValidationError("The sandbox can't import resources into a stack")
        if stack is None:
            if kind == "UPDATE":
                raise ValidationError(f"Stack [{stack_name}] does not exist")
            if template is None:
                raise ValidationError("Either Template URL or Template Body must be specified.")
            stack = self._stacks.store.new(stack_name, status="REVIEW_IN_PROGRESS", now=time.time())
            stack.become("REVIEW_IN_PROGRESS", now=time.time(), reason="User Initiated")
            return stack
        if kind == "CREATE" and stack.status != "REVIEW_IN_PROGRESS":
            raise AlreadyExistsError(
                f"Stack [{stack_name}] already exists and cannot be created again with the changeSet"
            )
        if kind == "UPDATE":
            self._stacks.refuse_busy(stack)
        return stack


def _is_unchanged(stack: Stack, change_set: ChangeSet) -> bool:
    old = stack.template
    return (
        old is not None
        and change_set.template.outputs == old.outputs
        and change_set.template.resources == old.resources
        and change_set.tags == stack.tags
    )
