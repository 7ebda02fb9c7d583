"""Creates, updates, restores and deletes single resources of a stack, with the events that show it."""

from __future__ import annotations

import json
import time
from copy import copy
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .errors import ResourceError
from .parallel_walk import Cancellation, CancelledError
from .resource_provider import FailedResourceError, ProvisionedResource, ResourceRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry

    from .stack import Stack, StackResource

_Result = TypeVar("_Result")
_NEEDS_NEW: Final = "Requested update requires the creation of a new physical resource; hence creating one."
_GOT_NEW: Final = "Requested update required the provider to create a new physical resource"


class ResourceOperations:
    """Operations on the resources of one stack, during one operation on the stack."""

    def __init__(self, stack: Stack, providers: ProviderRegistry) -> None:
        self._stack = stack
        self._providers = providers

    def create(self, resource: StackResource, cancellation: Cancellation) -> None:
        """Create a resource; one that an earlier operation failed to create is superseded."""
        failed = self._stack.resources.get(resource.logical_id)
        if failed is not None and failed.physical_id:
            self._stack.superseded.append(failed)
        self._stack.resources[resource.logical_id] = resource
        self.mark(resource, "CREATE_IN_PROGRESS")
        resource.provisioned = self._attempt(
            resource,
            lambda: self._providers.of(resource.type).create(self._request(resource, cancellation=cancellation)),
            "CREATE_FAILED",
        )
        self.mark(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        self.mark(resource, "CREATE_COMPLETE")

    def update(self, current: StackResource, new: StackResource, cancellation: Cancellation) -> None:
        """Update a resource in place, or make its replacement.

        A custom resource whose last update failed receives that update's properties as the old ones.
        """
        old = copy(current)
        is_custom = self._providers.is_custom(new.type)
        sent = self._stack.attempted.get(new.logical_id, current.properties) if is_custom else current.properties
        self._stack.attempted[new.logical_id] = new.properties

        def update() -> ProvisionedResource:
            provider = self._providers.of(new.type)
            if provider.replaces(current.properties, new.properties):
                self.mark(current, "UPDATE_IN_PROGRESS", _NEEDS_NEW)
                return provider.create(self._request(new, cancellation=cancellation))
            self.mark(current, "UPDATE_IN_PROGRESS")
            request = self._request(new, old_properties=sent, cancellation=cancellation)
            return provider.update(request, current.provisioned)

        new.provisioned = self._attempt(current, update, "UPDATE_FAILED")
        if new.physical_id != old.physical_id:
            if is_custom:
                self.mark(current, "UPDATE_IN_PROGRESS", _GOT_NEW)
            self._stack.superseded.append(old)
        self._stack.resources[new.logical_id] = new
        self.mark(new, "UPDATE_COMPLETE")

    def restore(self, old: StackResource, cancellation: Cancellation) -> None:
        """Bring a resource back to what it was before the update.

        A custom resource gets an Update with the properties the other way round and the id of what is there now. Of a
        native one, the replacement is given up, or the update is made backwards, unless it has failed: then it changed
        nothing.
        """
        current = self._stack.resources[old.logical_id]
        restored = copy(old)
        goes_backwards = current.physical_id == old.physical_id and current.status != "UPDATE_FAILED"
        self.mark(current, "UPDATE_IN_PROGRESS")
        if self._providers.is_custom(old.type) or goes_backwards:
            sent = self._stack.attempted.get(old.logical_id, current.properties)
            request = self._request(old, old_properties=sent, cancellation=cancellation)
            restored.provisioned = self._attempt(
                current, lambda: self._providers.of(old.type).update(request, current.provisioned), "UPDATE_FAILED"
            )
        if current.physical_id != restored.physical_id:
            self._stack.superseded.append(current)
        self._stack.resources[old.logical_id] = restored
        self._stack.attempted.pop(old.logical_id, None)
        self.mark(restored, "UPDATE_COMPLETE")

    def delete(self, resource: StackResource, *, retained: bool) -> None:
        """Delete a resource, or leave it where that is wanted."""
        if resource.status in ("DELETE_COMPLETE", "DELETE_SKIPPED"):
            return
        if retained:
            self.mark(resource, "DELETE_SKIPPED")
            return
        self.mark(resource, "DELETE_IN_PROGRESS")
        if resource.physical_id or resource.was_requested:
            self._attempt(
                resource,
                lambda: self._providers.of(resource.type).delete(self._request(resource), resource.provisioned),
                "DELETE_FAILED",
            )
        self.mark(resource, "DELETE_COMPLETE")

    def mark(self, resource: StackResource, status: str, reason: str | None = None) -> None:
        """Give a resource a status, which is an event of the stack."""
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

    def _attempt(self, resource: StackResource, work: Callable[[], _Result], failure: str) -> _Result:
        try:
            self._providers.refuse_by_order(resource.logical_id, failure.removesuffix("_FAILED").lower())
            result = work()
            self._providers.changed(resource.type, self._stack.account_id)
        except CancelledError as error:
            verb = {"CREATE_FAILED": "creation", "UPDATE_FAILED": "update"}.get(failure, "deletion")
            resource.was_requested = True
            self.mark(resource, failure, f"Resource {verb} cancelled")
            raise ResourceError(f"Resource {verb} cancelled") from error
        except Exception as error:
            adopts = failure == "UPDATE_FAILED" and self._providers.adopts_failed_ids
            if isinstance(error, FailedResourceError) and (failure == "CREATE_FAILED" or adopts):
                resource.provisioned = ProvisionedResource(physical_id=error.physical_id)
            self.mark(resource, failure, str(error) or type(error).__name__)
            raise
        else:
            return result

    def _request(
        self,
        resource: StackResource,
        *,
        old_properties: dict[str, Any] | None = None,
        cancellation: Cancellation | None = None,
    ) -> ResourceRequest:
        stack = self._stack
        return ResourceRequest(
            account_id=stack.account_id,
            region=stack.region,
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_id=resource.logical_id,
            type=resource.type,
            properties=resource.properties,
            old_properties=old_properties or {},
            cancellation=cancellation or Cancellation(),
        )
