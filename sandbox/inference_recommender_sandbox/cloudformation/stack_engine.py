"""What CloudFormation's API does with stacks; the work itself runs in the background."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.change_sets.change_set_engine import ChangeSetEngine
from inference_recommender_sandbox.cloudformation.change_sets.change_set_store import ChangeSetStore
from inference_recommender_sandbox.cloudformation.change_sets.changes import resource_changes
from inference_recommender_sandbox.cloudformation.template.capabilities import check_capabilities
from inference_recommender_sandbox.cloudformation.template.parameters import parameter_values, resolve_parameters
from inference_recommender_sandbox.cloudformation.template.stack_scope import ssm_parameter

from .errors import AlreadyExistsError, ValidationError
from .stack_operations import StackOperations
from .stack_state import Target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.cloudformation.change_sets.change_set import ResourceChange
    from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry
    from inference_recommender_sandbox.cloudformation.template.template import Template

    from .stack import Stack
    from .stack_store import StackStore

_UPDATABLE: Final = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_FAILED",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)

_PAUSED: Final = frozenset({"CREATE_FAILED", "UPDATE_FAILED"})
"""Where a stack stays that failed with rollback disabled."""

_DELETABLE_AT_WORK: Final = frozenset({"REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"})


class StackEngine:
    """The stacks and change sets of one account and Region.

    Attributes:
        store: The stacks.
        operations: What is under way on them.
        change_sets: The change sets.
        change_set_engine: Makes and executes them.
        lock: Held by whoever decides what a stack's status permits.

    Args:
        store: Holds the stacks.
        providers: Provision resources.
        clock: Times everything.
    """

    def __init__(self, store: StackStore, *, providers: ProviderRegistry, clock: Clock) -> None:
        self._providers = providers
        self.store = store
        self.operations = StackOperations(store, providers=providers, clock=clock)
        self.change_sets = ChangeSetStore(store)
        self.change_set_engine = ChangeSetEngine(self)
        self.lock = threading.RLock()

    def create_stack(
        self,
        *,
        name: str,
        template: Template,
        parameters: Iterable[Mapping[str, Any]],
        tags: Mapping[str, str],
        capabilities: Collection[str],
        disable_rollback: bool,
        termination_protection: bool,
    ) -> Stack:
        """Create a stack, in the background.

        Raises:
            AlreadyExistsError: If there is one of that name.
            InsufficientCapabilitiesError: If one isn't acknowledged.
            ValidationError: If the template or parameters are refused.
        """
        with self.lock:
            existing = self.store.find(name)
            if existing is not None:
                raise AlreadyExistsError(f"Stack [{name}] already exists")
            values = parameter_values(template, parameters)
            check_capabilities(template, capabilities, expands=True)
            stack = self.store.new(name, status="CREATE_IN_PROGRESS", now=time.time())
            stack.termination_protection = termination_protection
            stack.capabilities = list(capabilities)
            try:
                resolved = self.resolve(template, values, stack)
                self.changes(stack, template, resolved)
            except ValidationError:
                self.store.remove(stack)
                raise
            target = Target(template=template, parameters=values, resolved_parameters=resolved, tags=dict(tags))
            self.operations.start(stack, target, creates=True, disable_rollback=disable_rollback)
            return stack

    def update_stack(
        self,
        *,
        name: str,
        template: Template | None,
        parameters: Iterable[Mapping[str, Any]],
        tags: Mapping[str, str] | None,
        capabilities: Collection[str],
        disable_rollback: bool,
    ) -> Stack:
        """Update a stack, in the background.

        Raises:
            InsufficientCapabilitiesError: If one isn't acknowledged.
            ValidationError: If nothing would change, or the stack can't be updated now.
        """
        with self.lock:
            stack = self.store.get(name)
            self.refuse_busy(stack)
            self.refuse_rollback(stack, disable_rollback=disable_rollback)
            new = template or stack.template
            if new is None:
                raise ValidationError("Template is required")
            values = parameter_values(new, parameters, previous=stack.parameters)
            resolved = self.resolve(new, values, stack)
            unchanged = (
                stack.template is not None
                and new.is_same_as(stack.template)
                and resolved == stack.resolved_parameters
                and (tags is None or dict(tags) == stack.tags)
                and stack.status not in _PAUSED
            )
            if unchanged:
                raise ValidationError("No updates are to be performed.")
            check_capabilities(new, capabilities, expands=True)
            self.changes(stack, new, resolved)
            stack.capabilities = list(capabilities)
            target = Target(
                template=new,
                parameters=values,
                resolved_parameters=resolved,
                tags=dict(stack.tags if tags is None else tags),
            )
            self.operations.start(stack, target, creates=False, disable_rollback=disable_rollback)
            return stack

    def delete_stack(self, name: str, *, retain: Iterable[str] = ()) -> None:
        """Delete a stack, in the background; one that doesn't exist is no error, as on AWS.

        Raises:
            ValidationError: If it is protected, at work, or exports what another stack uses.
        """
        with self.lock:
            stack = self.store.find(name)
            if stack is None or stack.status == "DELETE_COMPLETE":
                return
            if stack.termination_protection:
                raise ValidationError(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
            if stack.status == "DELETE_IN_PROGRESS":
                return
            if stack.status.endswith("_IN_PROGRESS") and stack.status not in _DELETABLE_AT_WORK:
                raise ValidationError(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
            retained = frozenset(retain)
            if retained and stack.status != "DELETE_FAILED":
                raise ValidationError(
                    f"Invalid operation on stack [{stack.stack_id}]. To use RetainResources the stack must be in "
                    "DELETE_FAILED state."
                )
            gone = [name for name, item in stack.resources.items() if item.status == "DELETE_COMPLETE"]
            if retained - (stack.resources.keys() - gone):
                # Source of the text: https://github.com/rebuy-de/aws-nuke/issues/270
                raise ValidationError(
                    "The specified resources to retain must be in a valid state. Do not specify resources that are in "
                    "the DELETE_COMPLETE state."
                )
            for output in stack.outputs:
                users = self.store.importers(output.export_name) if output.export_name else []
                if users:
                    names = ", ".join(sorted(user.name for user in users))
                    reason = f"Delete canceled. Cannot delete export {output.export_name} as it is in use by {names}."
                    stack.become(stack.status, now=time.time(), reason=reason)
                    raise ValidationError(f"Export {output.export_name} cannot be deleted as it is in use by {names}")
            self.change_sets.delete_all(stack)
            self.operations.delete(stack, retain=retained)

    def cancel_update_stack(self, name: str) -> None:
        """Make an update that is under way roll back.

        Raises:
            ValidationError: If none is.
        """
        with self.lock:
            stack = self.store.get(name)
            if stack.status != "UPDATE_IN_PROGRESS" or not self.operations.cancel_update(stack):
                raise ValidationError("CancelUpdateStack cannot be called from current stack status")

    def continue_update_rollback(self, name: str, *, skip: Iterable[str]) -> None:
        """Try a failed rollback again, without the resources that are to be skipped.

        Raises:
            ValidationError: If the stack isn't in UPDATE_ROLLBACK_FAILED.
        """
        with self.lock:
            stack = self.store.get(name)
            if stack.status != "UPDATE_ROLLBACK_FAILED":
                raise ValidationError(
                    f"Stack: {stack.stack_id} is in {stack.status} state and can not be rolled back further."
                )
            self.operations.roll_back_update(stack, skip=frozenset(skip))

    def roll_back_stack(self, name: str) -> Stack:
        """Roll back a stack that failed with rollback disabled.

        Raises:
            ValidationError: If there is nothing to roll back.
        """
        with self.lock:
            stack = self.store.get(name)
            if stack.status == "CREATE_FAILED" or (stack.status == "UPDATE_FAILED" and stack.last_stable is None):
                self.operations.roll_back_creation(stack)
            elif stack.status in ("UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED"):
                self.operations.roll_back_update(stack, skip=frozenset())
            else:
                raise ValidationError(f"Stack [{stack.name}] in state {stack.status} can not be rolled back")
            return stack

    def resolve(self, template: Template, values: Mapping[str, str], stack: Stack) -> dict[str, Any]:
        """Return what `Ref` of each parameter gives: SSM parameters looked up, lists split."""
        return resolve_parameters(
            template, values, lambda name: ssm_parameter(name, account_id=stack.account_id, region=stack.region)
        )

    def changes(self, stack: Stack, template: Template, resolved: Mapping[str, Any]) -> list[ResourceChange]:
        """Return what deploying a template would change.

        Raises:
            ValidationError: If the template can't be deployed to the stack.
        """
        return resource_changes(
            stack, template, resolved_parameters=resolved, store=self.store, providers=self._providers
        )

    def refuse_busy(self, stack: Stack) -> None:
        """Refuse a stack that can't be updated now.

        Raises:
            ValidationError: If its status doesn't permit it.
        """
        if stack.status not in _UPDATABLE:
            raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")

    def refuse_rollback(self, stack: Stack, *, disable_rollback: bool) -> None:
        """Refuse an update that would roll back to a failure: a paused stack goes forward only, or back first.

        Source of the text: https://github.com/aws/aws-cli/issues/6368

        Raises:
            ValidationError: If the stack failed with rollback disabled, and rollback isn't disabled now.
        """
        if stack.status in _PAUSED and not disable_rollback:
            raise ValidationError(
                f"This stack is currently in a non-terminal [{stack.status}] state. To update the stack from this "
                "state, please use the disable-rollback parameter with update-stack API. To rollback to the last known "
                "good state, use the rollback-stack API"
            )
