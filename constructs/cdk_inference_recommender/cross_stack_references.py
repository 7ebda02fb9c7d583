"""References from other stacks to what changes with every job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Stack
from constructs import IValidation

if TYPE_CHECKING:
    from aws_cdk import CustomResource

_WHY: Final = {
    # A strong reference (the CDK's older default): CloudFormation user guide, outputs.
    "Exports": "CloudFormation would export it, and can't change an export that is in use",
    # A weak one (feature flag @aws-cdk/core:defaultCrossStackReferences).
    "Publish": "the other stack's template would stay the same, so the CDK CLI would skip it and its value grow old",
}
"""How the CDK carries references across stacks: the construct that it puts into the producing stack, and the harm."""


@jsii.implements(IValidation)
class CrossStackReferences:
    """Finds attributes of a custom resource that another stack refers to directly.

    Neither way in which the CDK carries them lets a new value through: the deployment would fail, or not notice, after
    the hour that the job took.
    """

    def __init__(self, resource: CustomResource, remedy: str) -> None:
        self._resource = resource
        self._remedy = remedy

    def validate(self) -> list[str]:
        """Name every such attribute and what to do instead."""
        stack = Stack.of(self._resource)
        logical_id = stack.resolve(self._resource.ref)["Ref"]
        return [
            f"another stack refers to {_attribute(output.node.id, logical_id)} directly: {harm}. {self._remedy}"
            for carrier, harm in _WHY.items()
            if (outputs := stack.node.try_find_child(carrier)) is not None
            for output in outputs.node.children
            # The CDK names the output's construct after the reference that it carries.
            if f'"{logical_id}"' in output.node.id
        ]


def _attribute(output_id: str, logical_id: str) -> str:
    _, separator, rest = output_id.partition(f'"{logical_id}","')
    return rest.partition('"')[0] if separator else "its name"
