"""What CloudFormation's API does: change sets, and operations on stacks that run in the background."""

from __future__ import annotations

import threading
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.change_set import NO_CHANGES, ChangeSet
from inference_recommender_sandbox.cloudformation.change_set_store import ChangeSetStore
from inference_recommender_sandbox.cloudformation.changes import resource_changes
from inference_recommender_sandbox.cloudformation.deployment import Deployment
from inference_recommender_sandbox.cloudformation.errors import (
    AlreadyExistsError,
    InvalidChangeSetStatusError,
    ValidationError,
)
from inference_recommender_sandbox.cloudformation.parameters import parameter_values, resolve_parameters
from inference_recommender_sandbox.cloudformation.stack_scope import ssm_parameter
from inference_recommender_sandbox.cloudformation.stack_state import StackState, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry
    from inference_recommender_sandbox.cloudformation.stack import Stack
    from inference_recommender_sandbox.cloudformation.stack_store import StackStore
    from inference_recommender_sandbox.cloudformation.template import Template

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


class StackEngine:
    """The stacks and change sets of one account and Region.

    Attributes:
        store: The stacks.
        change_sets: The change sets.

    Args:
        store: Holds the stacks.
        providers: Provision resources.
        clock: Times everything.
    """

    def __init__(self, store: StackStore, *, providers: ProviderRegistry, clock: Clock) -> None:
        self.store = store
        self._providers = providers
        self._clock = clock
        self.change_sets = ChangeSetStore(store)
        self._rollbacks: dict[str, tuple[Deployment, StackState]] = {}
        self._lock = threading.RLock()

    def create_change_set(
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
            ValidationError: If the request or template is refused.
            AlreadyExistsError: If the stack has a change set of that name.
        """
        with self._lock:
            stack = self._stack_of_change_set(stack_name, kind, template)
            template = template or stack.template
            if template is None:
                raise ValidationError("Either Template URL or Template Body must be specified.")
            self.change_sets.refuse_taken(name, stack)
            is_new = stack.status == "REVIEW_IN_PROGRESS"
            values = parameter_values(template, parameters, previous=None if is_new else stack.parameters)
            resolved = self._resolve(template, values, stack)
            changes = resource_changes(
                stack, template, resolved_parameters=resolved, store=self.store, providers=self._providers
            )
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
            if not is_new and not changes and self._is_unchanged(stack, change_set):
                change_set.status, change_set.status_reason = "FAILED", NO_CHANGES
                change_set.execution_status = "UNAVAILABLE"
            self.change_sets.add(change_set)
            return change_set

    def execute_change_set(self, name_or_id: str, stack_name: str | None, *, disable_rollback: bool) -> None:
        """Start what a change set describes, in the background.

        Raises:
            InvalidChangeSetStatusError: If it can't be executed.
        """
        with self._lock:
            change_set = self.change_sets.get(name_or_id, stack_name)
            stack = self.store.get(change_set.stack_id)
            if change_set.execution_status != "AVAILABLE":
                raise InvalidChangeSetStatusError(
                    f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current execution status of "
                    f"[{change_set.execution_status}]"
                )
            creates = stack.status == "REVIEW_IN_PROGRESS"
            if not creates:
                self._refuse_busy(stack)
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
            disable = disable_rollback or change_set.on_stack_failure == "DO_NOTHING"
            self._start(stack, target, creates=creates, disable_rollback=disable)
            self.change_sets.delete_all(stack, keep=change_set)

    def create_stack(
        self,
        *,
        name: str,
        template: Template,
        parameters: Iterable[Mapping[str, Any]],
        tags: Mapping[str, str],
        disable_rollback: bool,
        termination_protection: bool,
    ) -> Stack:
        """Create a stack, in the background.

        Raises:
            AlreadyExistsError: If there is one of that name.
            ValidationError: If the template or parameters are refused.
        """
        with self._lock:
            existing = self.store.find(name)
            if existing is not None:
                raise AlreadyExistsError(f"Stack [{name}] already exists")
            values = parameter_values(template, parameters)
            stack = self.store.new(name, status="CREATE_IN_PROGRESS", now=time.time())
            stack.termination_protection = termination_protection
            target = Target(
                template=template,
                parameters=values,
                resolved_parameters=self._resolve(template, values, stack),
                tags=dict(tags),
            )
            self._start(stack, target, creates=True, disable_rollback=disable_rollback)
            return stack

    def update_stack(
        self,
        *,
        name: str,
        template: Template | None,
        parameters: Iterable[Mapping[str, Any]],
        tags: Mapping[str, str] | None,
        disable_rollback: bool,
    ) -> Stack:
        """Update a stack, in the background.

        Raises:
            ValidationError: If nothing would change, or the stack can't be updated now.
        """
        with self._lock:
            stack = self.store.get(name)
            self._refuse_busy(stack)
            new = template or stack.template
            if new is None:
                raise ValidationError("Template is required")
            values = parameter_values(new, parameters, previous=stack.parameters)
            resolved = self._resolve(new, values, stack)
            unchanged = (
                stack.template is not None
                and new.is_same_as(stack.template)
                and resolved == stack.resolved_parameters
                and (tags is None or dict(tags) == stack.tags)
            )
            if unchanged:
                raise ValidationError("No updates are to be performed.")
            target = Target(
                template=new,
                parameters=values,
                resolved_parameters=resolved,
                tags=dict(stack.tags if tags is None else tags),
            )
            self._start(stack, target, creates=False, disable_rollback=disable_rollback)
            return stack

    def delete_stack(self, name: str, *, retain: Iterable[str] = ()) -> None:
        """Delete a stack, in the background; one that doesn't exist is no error, as on AWS.

        Raises:
            ValidationError: If it is protected, at work, or exports what another stack uses.
        """
        with self._lock:
            stack = self.store.find(name)
            if stack is None or stack.status == "DELETE_COMPLETE":
                return
            if stack.termination_protection:
                raise ValidationError(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
            if stack.status == "DELETE_IN_PROGRESS":
                return
            if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
                raise ValidationError(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
            retained = frozenset(retain)
            if retained and stack.status != "DELETE_FAILED":
                raise ValidationError(
                    f"Invalid operation on stack [{stack.stack_id}]. To use RetainResources the stack must be in "
                    "DELETE_FAILED state."
                )
            for output in stack.outputs:
                users = self.store.importers(output.export_name) if output.export_name else []
                if users:
                    names = ", ".join(sorted(user.name for user in users))
                    reason = f"Delete canceled. Cannot delete export {output.export_name} as it is in use by {names}."
                    stack.become(stack.status, now=time.time(), reason=reason)
                    raise ValidationError(f"Export {output.export_name} cannot be deleted as it is in use by {names}")
            self.change_sets.delete_all(stack)
            stack.status = "DELETE_IN_PROGRESS"
            self._run(stack, partial(self._deployment(stack).delete, retain=retained))

    def continue_update_rollback(self, name: str, *, skip: Iterable[str]) -> None:
        """Try a failed rollback again, without the resources that are to be skipped.

        Raises:
            ValidationError: If the stack isn't in UPDATE_ROLLBACK_FAILED.
        """
        with self._lock:
            stack = self.store.get(name)
            if stack.status != "UPDATE_ROLLBACK_FAILED":
                raise ValidationError(
                    f"Stack: {stack.stack_id} is in {stack.status} state and can not be rolled back further."
                )
            self._resume_rollback(stack, frozenset(skip))

    def roll_back_stack(self, name: str) -> Stack:
        """Roll back a stack that failed with rollback disabled.

        Raises:
            ValidationError: If there is nothing to roll back.
        """
        with self._lock:
            stack = self.store.get(name)
            if stack.status == "CREATE_FAILED":
                stack.become("ROLLBACK_IN_PROGRESS", now=time.time(), reason="User Initiated")
                self._run(stack, self._deployment(stack).roll_back_creation)
            elif stack.status in ("UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED"):
                self._resume_rollback(stack, frozenset())
            else:
                raise ValidationError(f"Stack [{stack.name}] in state {stack.status} can not be rolled back")
            return stack

    def _resume_rollback(self, stack: Stack, skip: frozenset[str]) -> None:
        deployment, before = self._rollbacks[stack.stack_id]
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", now=time.time(), reason="User Initiated")
        self._run(stack, lambda: self._remember(stack, deployment, deployment.roll_back_update(before, skip=skip)))

    def _stack_of_change_set(self, stack_name: str, kind: str, template: Template | None) -> Stack:
        stack = self.store.find(stack_name)
        if kind == "IMPORT":
            raise ValidationError("The sandbox can't import resources into a stack")
        if stack is None:
            if kind == "UPDATE":
                raise ValidationError(f"Stack [{stack_name}] does not exist")
            if template is None:
                raise ValidationError("Either Template URL or Template Body must be specified.")
            stack = self.store.new(stack_name, status="REVIEW_IN_PROGRESS", now=time.time())
            stack.become("REVIEW_IN_PROGRESS", now=time.time(), reason="User Initiated")
            return stack
        if kind == "CREATE" and stack.status != "REVIEW_IN_PROGRESS":
            raise AlreadyExistsError(
                f"Stack [{stack_name}] already exists and cannot be created again with the changeSet"
            )
        if kind == "UPDATE":
            self._refuse_busy(stack)
        return stack

    def _resolve(self, template: Template, values: Mapping[str, str], stack: Stack) -> dict[str, Any]:
        return resolve_parameters(
            template, values, lambda name: ssm_parameter(name, account_id=stack.account_id, region=stack.region)
        )

    def _is_unchanged(self, stack: Stack, change_set: ChangeSet) -> bool:
        old = stack.template
        return (
            old is not None
            and change_set.template.outputs == old.outputs
            and change_set.template.resources == old.resources
            and change_set.tags == stack.tags
        )

    def _refuse_busy(self, stack: Stack) -> None:
        if stack.status not in _UPDATABLE:
            raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")

    def _deployment(self, stack: Stack) -> Deployment:
        return Deployment(stack, store=self.store, providers=self._providers, clock=self._clock)

    def _start(self, stack: Stack, target: Target, *, creates: bool, disable_rollback: bool) -> None:
        stack.disable_rollback = disable_rollback
        deployment = self._deployment(stack)
        # At once, not when the thread runs: a caller that looks again must not see the status from before.
        stack.status = "CREATE_IN_PROGRESS" if creates else "UPDATE_IN_PROGRESS"
        if creates:
            self._run(stack, partial(deployment.create, target))
        else:
            self._run(stack, lambda: self._remember(stack, deployment, deployment.update(target)))

    def _remember(self, stack: Stack, deployment: Deployment, before: StackState | None) -> None:
        if before is None:
            self._rollbacks.pop(stack.stack_id, None)
        else:
            self._rollbacks[stack.stack_id] = (deployment, before)

    def _run(self, stack: Stack, operation: Callable[[], None]) -> None:
        def run() -> None:
            try:
                operation()
            except Exception as error:
                failed = "DELETE_FAILED" if stack.status.startswith("DELETE") else "UPDATE_ROLLBACK_FAILED"
                failed = "ROLLBACK_FAILED" if stack.status in ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS") else failed
                stack.become(failed, now=time.time(), reason=f"Error of the sandbox: {error!r}")
                raise

        self._clock.start_thread(run, name=f"stack-{stack.name}")
