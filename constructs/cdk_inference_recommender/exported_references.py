"""References from other stacks, which CloudFormation would carry as exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import Stack
from constructs import IValidation

if TYPE_CHECKING:
    from aws_cdk import CustomResource


@jsii.implements(IValidation)
class ExportedReferences:
    """Finds attributes of a custom resource that another stack refers to directly.

    An export that is in use can't be changed: a new winner, or a new job, would fail the deployment after the hour
    that it took (CloudFormation user guide, outputs).
    """

    def __init__(self, resource: CustomResource, remedy: str) -> None:
        self._resource = resource
        self._remedy = remedy

    def validate(self) -> list[str]:
        """Name every exported attribute and what to do instead."""
        stack = Stack.of(self._resource)
        exports = stack.node.try_find_child("Exports")
        if exports is None or self._resource.node.default_child is None:
            return []
        # The CDK names an export's construct after the reference it carries.
        logical_id = stack.resolve(self._resource.ref)["Ref"]
        return [
            f"another stack refers to {_attribute(child.node.id, logical_id)} directly. CloudFormation would export "
            f"it, and can't change an export that is in use. {self._remedy}"
            for child in exports.node.children
            if f'"{logical_id}"' in child.node.id
        ]


def _attribute(export_id: str, logical_id: str) -> str:
    _, separator, rest = export_id.partition(f'"{logical_id}","')
    return rest.partition('"')[0] if separator else "its name"
