"""Finds what provisions a type of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.errors import ResourceError

from .moto_resource import MotoResourceProvider
from .supported_types import check_attribute, check_type, is_custom

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommender_sandbox.cloudformation.resource_provider import ResourceProvider
    from inference_recommender_sandbox.cloudformation.stack import StackResource
    from inference_recommender_sandbox.faults import EngineFaults


class ProviderRegistry:
    """Providers by type: the sandbox's own ones first, then moto's.

    Args:
        custom: Provisions custom resources.
        own: Providers of the sandbox, by type.
        faults: What is ordered to go wrong.
        policies_changed: Told the account when a resource of IAM was created, updated or deleted.
    """

    def __init__(
        self,
        *,
        custom: ResourceProvider,
        own: Mapping[str, ResourceProvider],
        faults: EngineFaults,
        policies_changed: Callable[[str], None],
    ) -> None:
        self._faults = faults
        self._policies_changed = policies_changed
        self._custom = custom
        self._own = dict(own)

    def is_custom(self, resource_type: str) -> bool:
        """Return whether the type is a custom resource."""
        return is_custom(resource_type)

    def of(self, resource_type: str) -> ResourceProvider:
        """Return the provider.

        Raises:
            ValidationError: If the sandbox can't provision the type.
        """
        if is_custom(resource_type):
            return self._custom
        check_type(resource_type)
        return self._own.get(resource_type) or MotoResourceProvider(resource_type)

    @property
    def adopts_failed_ids(self) -> bool:
        """Return whether the id in a FAILED response to Update counts."""
        return self._faults.lasting("adopt-failed-id") is not None

    def refuse_by_order(self, logical_id: str, operation: str) -> None:
        """Fail an operation that is ordered to fail.

        Raises:
            ResourceError: If it is.
        """
        if self._faults.take("fail-resource", resource=logical_id, operation=operation):
            raise ResourceError(f"The {operation} of {logical_id} failed by order (fault 'fail-resource')")

    def changed(self, resource_type: str, account_id: str) -> None:
        """Take note that a resource was created, updated or deleted."""
        if resource_type.startswith("AWS::IAM::"):
            self._policies_changed(account_id)

    def attribute(self, resource: StackResource, name: str) -> Any:
        """Return an attribute of a resource.

        Raises:
            ResourceError: If it was never created.
            ValidationError: If the sandbox doesn't have the attribute.
        """
        check_attribute(resource.type, name)
        if not resource.physical_id:
            raise ResourceError(f"Resource {resource.logical_id} has no attributes: it was never created")
        return self.of(resource.type).attribute(resource.provisioned, name)
