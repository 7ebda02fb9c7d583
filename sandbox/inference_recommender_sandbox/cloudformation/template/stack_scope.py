"""What references mean inside one stack, at this moment of its deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ssm.models import ssm_backends

from inference_recommender_sandbox.cloudformation.errors import ResourceError, ValidationError
from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .intrinsics import NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommender_sandbox.cloudformation.stack import Stack, StackResource
    from inference_recommender_sandbox.cloudformation.stack_store import StackStore


class StackScope:
    """Looks references up in a stack's parameters and resources, and in the Region's exports.

    Args:
        stack: Whose references they are.
        parameters: What `Ref` of a parameter gives.
        store: Holds the exports.
        attribute: Returns an attribute of a resource, by the provider of its type.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        parameters: Mapping[str, Any],
        store: StackStore,
        attribute: Callable[[StackResource, str], Any],
    ) -> None:
        self._stack = stack
        self._parameters = parameters
        self._store = store
        self._attribute = attribute
        self.imports: set[str] = set()

    @property
    def region(self) -> str:
        """Where the stack is."""
        return self._stack.region

    def ref(self, name: str) -> Any:
        """Return a parameter's value, a pseudo parameter's, or a resource's physical id."""
        if name in self._parameters:
            return self._parameters[name]
        if name.startswith("AWS::"):
            return self._pseudo_parameter(name)
        return self._resource(name, "Ref").physical_id

    def attribute(self, logical_id: str, name: str) -> Any:
        """Return an attribute of a resource."""
        return self._attribute(self._resource(logical_id, "Fn::GetAtt"), name)

    def import_value(self, name: str) -> str:
        """Return another stack's export, and note that it is used."""
        found = self._store.export(name)
        if found is None:
            raise ResourceError(f"No export named {name} found. Rollback requested by user.")
        self.imports.add(name)
        return found[1].value

    def ssm_parameter(self, name: str) -> str:
        """Return an SSM parameter's value."""
        value = ssm_parameter(name, account_id=self._stack.account_id, region=self._stack.region)
        if value is None:
            raise ResourceError(f"Parameter {name} not found. (Service: Ssm, Status Code: 400)")
        return value

    def _resource(self, logical_id: str, function: str) -> StackResource:
        resource = self._stack.resources.get(logical_id)
        if resource is None:
            raise ValidationError(
                f"Template error: instance of {function} references undefined resource {logical_id}"
                if function == "Fn::GetAtt"
                else f"Unresolved resource dependencies [{logical_id}] in the Resources block of the template"
            )
        return resource

    def _pseudo_parameter(self, name: str) -> Any:
        stack = self._stack
        values: dict[str, Any] = {
            "AWS::AccountId": stack.account_id,
            "AWS::NotificationARNs": stack.notification_arns,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": stack.region,
            "AWS::StackId": stack.stack_id,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name not in values:
            raise ValidationError(f"Template format error: Unresolved dependencies [{name}]")
        return values[name]


def ssm_parameter(name: str, *, account_id: str, region: str) -> str | None:
    """Return the value of an SSM parameter of the account, or `None`."""
    with MOTO_LOCK:
        parameter = ssm_backends[account_id][region].get_parameter(name)
    return None if parameter is None else str(parameter.value)
