"""Deletes what a stack no longer has, or all that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parallel_walk import Cancellation, parallel_walk

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from inference_recommender_sandbox.clock import Clock

    from .resource_operations import ResourceOperations
    from .stack import Stack, StackResource


class ResourceDeletions:
    """Deletions of one operation on a stack.

    Args:
        stack: Whose resources they are.
        operations: Delete single resources.
        clock: Its threads are used.
    """

    def __init__(self, stack: Stack, operations: ResourceOperations, clock: Clock) -> None:
        self._stack = stack
        self._operations = operations
        self._clock = clock

    def clean_up(self, *, removed: list[StackResource]) -> None:
        """Delete what the stack no longer has; what fails there is an event, and no failure of the operation.

        Args:
            removed: Resources that aren't in the template any more. What was replaced is deleted too.
        """
        resources = self._superseded(removed) | {resource.logical_id: resource for resource in removed}

        def delete(key: str, _: Cancellation) -> None:
            resource = resources[key]
            was_removed = any(resource is item for item in removed)
            retained = resource.is_retained if was_removed else resource.is_retained_when_replaced
            if self._stack.resources.get(resource.logical_id) is resource:
                del self._stack.resources[resource.logical_id]
            self._operations.delete(resource, retained=retained)

        parallel_walk(_deletion_order(resources), delete, clock=self._clock, cancel_on_failure=False)

    def delete_all(self, *, retain: frozenset[str] = frozenset()) -> dict[str, Exception]:
        """Delete everything, what was replaced too.

        Args:
            retain: Logical ids of resources that stay.

        Returns:
            What failed, by logical id.
        """
        superseded = self._superseded()
        resources = self._stack.resources | superseded

        def delete(key: str, _: Cancellation) -> None:
            resource = resources[key]
            keeps = resource.is_retained_when_replaced if key in superseded else self._keeps(resource)
            self._operations.delete(resource, retained=keeps or resource.logical_id in retain)

        order = _deletion_order(resources)
        failed = parallel_walk(order, delete, clock=self._clock, cancel_on_failure=False)
        return {resources[key].logical_id: error for key, error in failed.items()}

    def _superseded(self, removed: Collection[StackResource] = ()) -> dict[str, StackResource]:
        """Return what was replaced and isn't used any more, each physical resource once."""
        stack = self._stack
        used = {(resource.logical_id, resource.physical_id) for resource in [*stack.resources.values(), *removed]}
        return {
            f"{resource.logical_id}/{resource.physical_id}": resource
            for resource in stack.superseded
            if (resource.logical_id, resource.physical_id) not in used
        }

    def _keeps(self, resource: StackResource) -> bool:
        if self._stack.status == "ROLLBACK_IN_PROGRESS":
            return bool(resource.definition.get("DeletionPolicy") == "Retain") and resource.status == "CREATE_COMPLETE"
        return resource.is_retained


def _deletion_order(resources: Mapping[str, StackResource]) -> dict[str, frozenset[str]]:
    """Return what has to be deleted before each resource: what depends on its logical id."""
    return {
        key: frozenset(
            other
            for other, dependant in resources.items()
            if resource.logical_id in dependant.dependencies and dependant.logical_id != resource.logical_id
        )
        for key, resource in resources.items()
    }
