"""Carries out one operation on a stack: create, update or delete, with rollback and cleanup."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.template.dependencies import dependencies
from inference_recommender_sandbox.cloudformation.template.intrinsics import Resolver
from inference_recommender_sandbox.cloudformation.template.outputs import refuse_changed_exports, stack_outputs
from inference_recommender_sandbox.cloudformation.template.stack_scope import StackScope

from .parallel_walk import Cancellation, parallel_walk
from .resource_deletions import ResourceDeletions
from .resource_operations import ResourceOperations
from .stack import Stack, StackResource
from .stack_state import StackState, Target

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry

    from .stack_store import StackStore


class Deployment:
    """One operation on a stack; blocks until it is over, so run it in a thread of its own.

    Args:
        stack: Changed while the operation runs.
        store: Holds the exports of the other stacks.
        providers: Provision the resources.
        clock: Times the events.
    """

    def __init__(self, stack: Stack, *, store: StackStore, providers: ProviderRegistry, clock: Clock) -> None:
        self._stack = stack
        self._store = store
        self._providers = providers
        self._clock = clock
        self._operations = ResourceOperations(stack, providers)
        self._deletions = ResourceDeletions(stack, self._operations, clock)
        self._lock = threading.Lock()
        self._cancellation = Cancellation()
        self._is_withdrawn = False
        self._is_cancelled = False

    def withdraw(self) -> None:
        """Stop what is under way as soon as it can stop; the stack belongs to another operation from now on."""
        with self._lock:
            self._is_withdrawn = True
            self._cancellation.is_cancelled = True
        self._clock.notify()

    def cancel_update(self) -> bool:
        """Make the update under way roll back; return whether it is still early enough for that."""
        with self._lock:
            if self._stack.status != "UPDATE_IN_PROGRESS":
                return False
            self._is_cancelled = True
            self._cancellation.is_cancelled = True
            self._stack.become("UPDATE_ROLLBACK_IN_PROGRESS", now=time.time(), reason="User Initiated")
        self._clock.notify()
        return True

    def create(self, target: Target) -> None:
        """Create the stack's resources, or roll back."""
        stack = self._stack
        self._become("CREATE_IN_PROGRESS", "User Initiated")
        graph = self._adopt(target)
        failed = self._walk(graph, self._create_or_update)
        if self._is_withdrawn:
            return
        reason = _failure_reason(failed, verb="create") if failed else self._publish_outputs()
        if reason is None:
            self._complete("CREATE_COMPLETE")
        elif stack.disable_rollback:
            self._become("CREATE_FAILED", reason)
        elif self._become("ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user."):
            self.roll_back_creation()

    def roll_back_creation(self) -> None:
        """Delete everything that was created."""
        failed = self._deletions.delete_all()
        self._stack.imports, self._stack.outputs = frozenset(), []
        if failed:
            self._become("ROLLBACK_FAILED", _failure_reason(failed, verb="delete"))
        else:
            self._become("ROLLBACK_COMPLETE")

    def update(self, target: Target) -> None:
        """Update the stack's resources, or roll back."""
        stack = self._stack
        existing = [name for name, resource in stack.resources.items() if resource.status != "CREATE_FAILED"]
        stack.updated_at = time.time()
        self._become("UPDATE_IN_PROGRESS", "User Initiated")
        graph = self._adopt(target)
        failed = self._walk(graph, self._create_or_update)
        reason = _failure_reason(failed, verb="update", existing=existing) if failed else None
        reason = reason or self._publish_outputs()
        if reason is None and self._become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
            self._deletions.clean_up(
                removed=[resource for name, resource in stack.resources.items() if name not in graph]
            )
            self._complete("UPDATE_COMPLETE")
            return
        if stack.disable_rollback and not self._is_cancelled and self._become("UPDATE_FAILED", reason):
            return
        self._become("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        self._is_cancelled = False
        self.roll_back_update()

    def roll_back_update(self, *, skip: frozenset[str] = frozenset()) -> None:
        """Go back to what the stack was when it was last stable, then delete what was made since.

        Args:
            skip: Resources that are left as they are.
        """
        stack = self._stack
        before = stack.last_stable
        if before is None:
            self._become("ROLLBACK_IN_PROGRESS", "There is nothing to go back to: the stack was never complete.")
            self.roll_back_creation()
            return
        created = [resource for name, resource in stack.resources.items() if name not in before.resources]
        graph = {name: resource.dependencies for name, resource in before.resources.items()}

        def restore(name: str, cancellation: Cancellation) -> None:
            if name in stack.attempted and name not in skip:
                self._operations.restore(before.resources[name], cancellation)

        failed = self._walk(graph, restore, cancel_on_failure=False)
        if failed:
            self._become("UPDATE_ROLLBACK_FAILED", _failure_reason(failed, verb="update"))
            return
        for name in before.resources:
            stack.resources.setdefault(name, before.resources[name])
        for resource in created:
            stack.resources.pop(resource.logical_id, None)
        before.restore(stack)
        self._become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self._deletions.clean_up(removed=created)
        self._complete("UPDATE_ROLLBACK_COMPLETE")

    def delete(self, *, retain: frozenset[str] = frozenset()) -> None:
        """Delete the stack's resources.

        Args:
            retain: Resources that are left, of a stack whose deletion failed.
        """
        stack = self._stack
        failed = self._deletions.delete_all(retain=retain)
        if failed:
            self._become("DELETE_FAILED", _failure_reason(failed, verb="delete"))
            return
        stack.imports, stack.outputs = frozenset(), []
        stack.deleted_at = time.time()
        self._become("DELETE_COMPLETE")

    # --- Parts of an operation ---

    def _complete(self, status: str) -> None:
        """Give the stack a status that later rollbacks go back to."""
        stack = self._stack
        stack.superseded.clear()
        stack.attempted.clear()
        stack.last_stable = StackState.of(stack)
        self._become(status)

    def _become(self, status: str, reason: str | None = None) -> bool:
        """Give the stack a status, unless this operation was cut short; return whether it wasn't."""
        with self._lock:
            if self._is_withdrawn or self._is_cancelled:
                return False
            self._stack.become(status, now=time.time(), reason=reason)
        self._clock.notify()
        return True

    def _adopt(self, target: Target) -> dict[str, frozenset[str]]:
        stack = self._stack
        self._target = target
        stack.template = target.template
        stack.parameters, stack.resolved_parameters = target.parameters, target.resolved_parameters
        stack.tags = target.tags
        self._scope = StackScope(
            stack, parameters=target.resolved_parameters, store=self._store, attribute=self._providers.attribute
        )
        self._resolver = Resolver(target.template, self._scope)
        active = {name: item for name, item in target.template.resources.items() if self._resolver.has(item)}
        self._definitions: Mapping[str, Mapping[str, Any]] = active
        return dependencies(active)

    def _walk(
        self, graph: Mapping[str, frozenset[str]], work: Any, *, cancel_on_failure: bool = True
    ) -> dict[str, Exception]:
        self._graph = graph
        cancellation = self._cancellation if cancel_on_failure else Cancellation()
        return parallel_walk(
            graph, work, clock=self._clock, cancel_on_failure=cancel_on_failure, cancellation=cancellation
        )

    def _create_or_update(self, name: str, cancellation: Cancellation) -> None:
        definition = self._definitions[name]
        current = self._stack.resources.get(name)
        exists = current is not None and current.physical_id and current.status != "CREATE_FAILED"
        try:
            properties = self._resolver.resolve(definition.get("Properties", {}))
        except Exception as error:
            unresolved = self._stack.resources.setdefault(name, self._new_resource(name, {}))
            self._operations.mark(unresolved, "UPDATE_FAILED" if exists else "CREATE_FAILED", str(error))
            raise
        if current is None or not exists:
            self._operations.create(self._new_resource(name, properties), cancellation)
            return
        is_unsettled = current.status == "UPDATE_FAILED" and self._providers.is_custom(current.type)
        if current.properties != properties or is_unsettled:
            self._operations.update(current, self._new_resource(name, properties), cancellation)
        updated = self._stack.resources[name]
        updated.definition, updated.dependencies = definition, self._graph[name]

    def _new_resource(self, name: str, properties: dict[str, Any]) -> StackResource:
        definition = self._definitions[name]
        return StackResource(
            logical_id=name,
            type=definition["Type"],
            definition=definition,
            properties=properties,
            dependencies=self._graph[name],
        )

    def _publish_outputs(self) -> str | None:
        """Resolve the outputs; return why that fails."""
        stack = self._stack
        try:
            outputs = stack_outputs(self._target.template, self._resolver)
            refuse_changed_exports(stack, outputs, self._store)
        except Exception as error:  # noqa: BLE001 - whatever failed is the stack's failure
            return str(error)
        stack.outputs, stack.imports = outputs, frozenset(self._scope.imports)
        return None


def _failure_reason(failed: Mapping[str, Exception], *, verb: str, existing: Collection[str] | None = None) -> str:
    if existing is None:
        return f"The following resource(s) failed to {verb}: [{', '.join(failed)}]."
    created = [name for name in failed if name not in existing]
    updated = [name for name in failed if name in existing]
    parts = [
        f"The following resource(s) failed to {what}: [{', '.join(names)}]."
        for what, names in (("create", created), ("update", updated))
        if names
    ]
    return " ".join(parts)
