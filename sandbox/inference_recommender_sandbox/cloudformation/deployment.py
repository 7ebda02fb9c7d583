"""Carries out one operation on a stack: create, update or delete, with rollback and cleanup."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from inference_recommender_sandbox.clock import Clock
from inference_recommender_sandbox.cloudformation.dependency_graph import dependencies, reversed_graph
from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.intrinsics import Resolver
from inference_recommender_sandbox.cloudformation.outputs import refuse_changed_exports, stack_outputs
from inference_recommender_sandbox.cloudformation.parallel_walk import Cancellation, CancelledError, parallel_walk
from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry
from inference_recommender_sandbox.cloudformation.resource_provider import (
    FailedResourceError,
    ProvisionedResource,
    ResourceRequest,
)
from inference_recommender_sandbox.cloudformation.stack import Stack, StackOutput, StackResource
from inference_recommender_sandbox.cloudformation.stack_scope import StackScope
from inference_recommender_sandbox.cloudformation.stack_store import StackStore
from inference_recommender_sandbox.cloudformation.template import Template


@dataclass(frozen=True, kw_only=True)
class StackState:
    """What a rollback goes back to."""

    template: Template | None
    parameters: dict[str, str]
    resolved_parameters: dict[str, Any]
    tags: dict[str, str]
    resources: dict[str, StackResource]
    outputs: list[StackOutput]
    imports: frozenset[str]

    @classmethod
    def of(cls, stack: Stack) -> StackState:
        """Copy what a stack is now."""
        return cls(
            template=stack.template,
            parameters=dict(stack.parameters),
            resolved_parameters=dict(stack.resolved_parameters),
            tags=dict(stack.tags),
            resources={name: copy(resource) for name, resource in stack.resources.items()},
            outputs=list(stack.outputs),
            imports=stack.imports,
        )


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a stack is to become."""

    template: Template
    parameters: dict[str, str]
    resolved_parameters: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)


class Deployment:
    """One operation on a stack; blocks until it is over, so run it in a thread of its own.

    Args:
        stack: Changed as the operation goes on.
        store: Holds the exports of the other stacks.
        providers: Provision the resources.
        clock: Times the events.
    """

    def __init__(self, stack: Stack, *, store: StackStore, providers: ProviderRegistry, clock: Clock) -> None:
        self._stack = stack
        self._store = store
        self._providers = providers
        self._clock = clock
        self._superseded: list[StackResource] = []
        self._touched: set[str] = set()
        self._attempted_properties: dict[str, dict[str, Any]] = {}

    def create(self, target: Target) -> None:
        """Create the stack's resources, or roll back."""
        stack = self._stack
        self._become("CREATE_IN_PROGRESS", "User Initiated")
        graph = self._adopt(target)
        failed = self._walk(graph, self._create_or_update)
        reason = _failure_reason(failed, verb="create") if failed else self._publish_outputs()
        if reason is None:
            self._become("CREATE_COMPLETE")
        elif stack.disable_rollback:
            self._become("CREATE_FAILED", reason)
        else:
            self._become("ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user.")
            self.roll_back_creation()

    def roll_back_creation(self) -> None:
        """Delete everything that was created."""
        failed = self._delete_all(keep_retained=True)
        self._stack.imports = frozenset()
        self._stack.outputs = []
        self._become(*(("ROLLBACK_FAILED", _failure_reason(failed, verb="delete")) if failed else ("ROLLBACK_COMPLETE",)))

    def update(self, target: Target) -> StackState | None:
        """Update the stack's resources, or roll back.

        Returns:
            What the rollback couldn't reach, where it failed.
        """
        before = StackState.of(self._stack)
        self._stack.updated_at = time.time()
        self._become("UPDATE_IN_PROGRESS", "User Initiated")
        graph = self._adopt(target)
        failed = self._walk(graph, self._create_or_update)
        reason = _failure_reason(failed, verb="update", resources=before.resources) if failed else None
        reason = reason or self._publish_outputs()
        if reason is None:
            removed = [before.resources[name] for name in before.resources if name not in graph]
            self._clean_up("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", [*self._superseded, *removed])
            self._become("UPDATE_COMPLETE")
            return None
        if self._stack.disable_rollback:
            self._become("UPDATE_FAILED", reason)
            return before
        self._become("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        return self.roll_back_update(before)

    def roll_back_update(self, before: StackState, *, skip: frozenset[str] = frozenset()) -> StackState | None:
        """Go back to what the stack was, then delete what the update made.

        Args:
            before: What to go back to.
            skip: Resources that are left as they are.

        Returns:
            What couldn't be reached, where it failed.
        """
        stack = self._stack
        created = [resource for name, resource in stack.resources.items() if name not in before.resources]
        graph = {name: resource.dependencies for name, resource in before.resources.items()}

        def restore(name: str, cancellation: Cancellation) -> None:
            if name in self._touched and name not in skip:
                self._restore(before.resources[name], cancellation)

        failed = self._walk(graph, restore, cancel_on_failure=False)
        if failed:
            self._become("UPDATE_ROLLBACK_FAILED", _failure_reason(failed, verb="update"))
            return before
        for name in before.resources:
            stack.resources.setdefault(name, before.resources[name])
        for resource in created:
            stack.resources.pop(resource.logical_id, None)
        stack.template, stack.parameters, stack.tags = before.template, before.parameters, before.tags
        stack.resolved_parameters, stack.imports = before.resolved_parameters, before.imports
        stack.outputs = before.outputs
        self._clean_up("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", [*self._superseded, *created])
        self._become("UPDATE_ROLLBACK_COMPLETE")
        return None

    def delete(self, *, retain: frozenset[str] = frozenset()) -> None:
        """Delete the stack's resources.

        Args:
            retain: Resources that are left, of a stack whose deletion failed.
        """
        stack = self._stack
        self._become("DELETE_IN_PROGRESS", "User Initiated")
        failed = self._delete_all(keep_retained=True, retain=retain)
        if failed:
            self._become("DELETE_FAILED", _failure_reason(failed, verb="delete"))
            return
        stack.imports, stack.outputs = frozenset(), []
        stack.deleted_at = time.time()
        self._become("DELETE_COMPLETE")

    # --- Parts of an operation ---

    def _become(self, status: str, reason: str | None = None) -> None:
        self._stack.become(status, now=time.time(), reason=reason)
        self._clock.notify()

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

    def _walk(self, graph: Mapping[str, frozenset[str]], work: Any, *, cancel_on_failure: bool = True) -> dict[str, Exception]:
        self._graph = graph
        return parallel_walk(graph, work, clock=self._clock, cancel_on_failure=cancel_on_failure)

    def _create_or_update(self, name: str, cancellation: Cancellation) -> None:
        definition = self._definitions[name]
        current = self._stack.resources.get(name)
        try:
            properties = self._resolver.resolve(definition.get("Properties", {}))
        except Exception as error:
            failed = current or self._new_resource(name, {})
            self._stack.resources.setdefault(name, failed)
            self._mark(failed, "UPDATE_FAILED" if current else "CREATE_FAILED", str(error))
            raise
        if current is None or not current.physical_id:
            self._create(self._new_resource(name, properties), cancellation)
            return
        if current.properties != properties:
            self._touched.add(name)
            self._update(current, self._new_resource(name, properties), cancellation)
        current = self._stack.resources[name]
        current.definition, current.dependencies = definition, self._graph[name]

    def _new_resource(self, name: str, properties: dict[str, Any]) -> StackResource:
        definition = self._definitions[name]
        return StackResource(
            logical_id=name,
            type=definition["Type"],
            definition=definition,
            properties=properties,
            dependencies=self._graph[name],
        )

    def _create(self, resource: StackResource, cancellation: Cancellation) -> None:
        self._stack.resources[resource.logical_id] = resource
        self._mark(resource, "CREATE_IN_PROGRESS")
        provider = self._providers.of(resource.type)

        def create() -> ProvisionedResource:
            return provider.create(self._request(resource), cancellation)

        resource.provisioned = self._attempt(resource, create, failure="CREATE_FAILED", cancelled="Resource creation cancelled")
        self._mark(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        self._mark(resource, "CREATE_COMPLETE")

    def _update(self, current: StackResource, new: StackResource, cancellation: Cancellation) -> None:
        """Update in place, or make the replacement; the replaced one is deleted in cleanup."""
        provider = self._providers.of(new.type)
        old = copy(current)
        self._attempted_properties[new.logical_id] = new.properties
        if current.type == new.type and provider.replaces(current.properties, new.properties):
            new.provisioned = ProvisionedResource(physical_id="")
            self._mark(current, "UPDATE_IN_PROGRESS", "Requested update requires the creation of a new physical resource; hence creating one.")
            new.provisioned = self._attempt(
                current,
                lambda: provider.create(self._request(new), cancellation),
                failure="UPDATE_FAILED",
                cancelled="Resource update cancelled",
            )
            self._stack.resources[new.logical_id] = new
            self._superseded.append(old)
            self._mark(new, "UPDATE_COMPLETE")
            return
        self._mark(current, "UPDATE_IN_PROGRESS")
        provisioned = self._attempt(
            current,
            lambda: provider.update(self._request(new), current.provisioned, current.properties, cancellation),
            failure="UPDATE_FAILED",
            cancelled="Resource update cancelled",
        )
        if provisioned.physical_id != old.physical_id:
            self._mark(current, "UPDATE_IN_PROGRESS", "Requested update required the provider to create a new physical resource")
            self._superseded.append(old)
        new.provisioned = provisioned
        self._stack.resources[new.logical_id] = new
        self._mark(new, "UPDATE_COMPLETE")

    def _restore(self, old: StackResource, cancellation: Cancellation) -> None:
        """Bring one resource back to what it was before the update."""
        current = self._stack.resources[old.logical_id]
        provider = self._providers.of(old.type)
        if not self._providers.is_custom(old.type):
            if current.physical_id != old.physical_id:
                self._stack.resources[old.logical_id] = old
                self._superseded = [r for r in self._superseded if r.physical_id != old.physical_id] + [current]
                self._mark(old, "UPDATE_COMPLETE")
                return
            if current.status == "UPDATE_FAILED":
                # A native update that failed has changed nothing.
                self._mark(current, "UPDATE_IN_PROGRESS")
                self._mark(current, "UPDATE_COMPLETE")
                return
        new = copy(old)
        self._mark(current, "UPDATE_IN_PROGRESS")
        # The rollback's Update has the properties the other way round, and the id of what is there now.
        sent = self._attempted_properties.get(old.logical_id, current.properties)
        new.provisioned = self._attempt(
            current,
            lambda: provider.update(self._request(new), current.provisioned, sent, cancellation),
            failure="UPDATE_FAILED",
            cancelled="Resource update cancelled",
        )
        kept = new.physical_id
        if current.physical_id != kept:
            self._superseded.append(current)
        self._superseded = [r for r in self._superseded if r.logical_id != old.logical_id or r.physical_id != kept]
        self._stack.resources[old.logical_id] = new
        self._mark(new, "UPDATE_COMPLETE")

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

    def _clean_up(self, status: str, resources: list[StackResource]) -> None:
        self._become(status)
        unused = {
            f"{resource.logical_id}/{index}": resource
            for index, resource in enumerate(resources)
            if not self._is_still_used(resource)
        }
        graph = {
            key: frozenset(
                other
                for other, dependant in unused.items()
                if resource.logical_id in dependant.dependencies and other != key
            )
            for key, resource in unused.items()
        }

        def delete(key: str, _: Cancellation) -> None:
            resource = unused[key]
            removed = resource.logical_id not in self._definitions
            retained = resource.is_retained if removed else resource.is_retained_when_replaced
            if self._stack.resources.get(resource.logical_id) is resource:
                del self._stack.resources[resource.logical_id]
            self._delete(resource, retained=retained)

        parallel_walk(graph, delete, clock=self._clock, cancel_on_failure=False)

    def _is_still_used(self, resource: StackResource) -> bool:
        current = self._stack.resources.get(resource.logical_id)
        return current is not None and current is not resource and current.physical_id == resource.physical_id

    def _delete_all(self, *, keep_retained: bool, retain: frozenset[str] = frozenset()) -> dict[str, Exception]:
        stack = self._stack
        graph = reversed_graph({name: resource.dependencies & stack.resources.keys() for name, resource in stack.resources.items()})

        def delete(name: str, _: Cancellation) -> None:
            resource = stack.resources[name]
            self._delete(resource, retained=name in retain or (keep_retained and self._keeps(resource)))

        return parallel_walk(graph, delete, clock=self._clock, cancel_on_failure=False)

    def _keeps(self, resource: StackResource) -> bool:
        if self._stack.status == "ROLLBACK_IN_PROGRESS":
            return bool(resource.definition.get("DeletionPolicy") == "Retain") and resource.status == "CREATE_COMPLETE"
        return resource.is_retained

    def _delete(self, resource: StackResource, *, retained: bool) -> None:
        if resource.status == "DELETE_COMPLETE":
            return
        if retained:
            self._mark(resource, "DELETE_SKIPPED")
            return
        provider = self._providers.of(resource.type)
        self._mark(resource, "DELETE_IN_PROGRESS")
        self._attempt(
            resource,
            lambda: provider.delete(self._request(resource), resource.provisioned),
            failure="DELETE_FAILED",
            cancelled="Resource deletion cancelled",
        )
        self._mark(resource, "DELETE_COMPLETE")

    def _attempt(self, resource: StackResource, work: Any, *, failure: str, cancelled: str) -> Any:
        try:
            return work()
        except CancelledError as error:
            self._mark(resource, failure, cancelled)
            raise ResourceError(cancelled) from error
        except Exception as error:
            if isinstance(error, FailedResourceError) and failure == "CREATE_FAILED":
                resource.provisioned = ProvisionedResource(physical_id=error.physical_id)
            self._mark(resource, failure, str(error) or type(error).__name__)
            raise

    def _mark(self, resource: StackResource, status: str, reason: str | None = None) -> None:
        now = time.time()
        resource.status, resource.status_reason, resource.updated_at = status, reason, now
        self._stack.record(
            now=now,
            logical_id=resource.logical_id,
            physical_id=resource.physical_id,
            resource_type=resource.type,
            status=status,
            reason=reason,
            properties=json.dumps(resource.properties, default=str),
        )

    def _request(self, resource: StackResource) -> ResourceRequest:
        stack = self._stack
        return ResourceRequest(
            account_id=stack.account_id,
            region=stack.region,
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_id=resource.logical_id,
            type=resource.type,
            properties=resource.properties,
        )


def _failure_reason(
    failed: Mapping[str, Exception], *, verb: str, resources: Mapping[str, StackResource] | None = None
) -> str:
    if resources is None:
        return f"The following resource(s) failed to {verb}: [{', '.join(failed)}]."
    created = [name for name in failed if name not in resources]
    updated = [name for name in failed if name in resources]
    parts = [
        f"The following resource(s) failed to {what}: [{', '.join(names)}]."
        for what, names in (("create", created), ("update", updated))
        if names
    ]
    return " ".join(parts)
