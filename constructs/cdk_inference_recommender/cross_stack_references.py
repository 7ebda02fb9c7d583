"""References from other stacks to what changes with every job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import CfnOutput, CfnResource, Stack
from constructs import IValidation

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import CustomResource
    from constructs import IConstruct

_HARM: Final = {
    # A strong reference (the CDK's older default): CloudFormation user guide, outputs.
    "Exports": "CloudFormation would export it, and can't change an export that is in use",
    # A strong reference into another Region.
    "ExportsWriter": "the CDK would export it to the other Region, and can't change an export that is in use",
    # A weak one (feature flag @aws-cdk/core:defaultCrossStackReferences).
    "Publish": "the other stack's template would stay the same, so the CDK CLI would skip it and its value grow old",
}
"""How the CDK carries references across stacks: the construct that it puts into the producing stack, and the harm."""

_Reference = tuple[str, str | None]
"""A logical id and an attribute, or no attribute for `Ref`."""


@jsii.implements(IValidation)
class CrossStackReferences:
    """Finds attributes of a custom resource that another stack refers to directly.

    None of the ways in which the CDK carries them lets a new value through: the deployment would fail, or not notice,
    after the hour that the job took.
    """

    def __init__(self, resource: CustomResource, remedy: str) -> None:
        self._resource = resource
        self._remedy = remedy

    def validate(self) -> list[str]:
        """Name every such attribute and what to do instead."""
        stack = Stack.of(self._resource)
        logical_id: str = stack.resolve(self._resource.ref)["Ref"]
        found = dict.fromkeys(_carried(stack, lambda reference: reference[0] == logical_id))
        return [
            f"another stack refers to {attribute or 'its name'} directly: {harm}. {self._remedy}"
            for attribute, harm in found
        ]


def _carried(
    stack: Stack, is_meant: Callable[[_Reference], bool], attribute: str | None = None
) -> Iterator[tuple[str | None, str]]:
    """Every attribute that leaves a top-level stack, and the harm; a nested stack hands it to its parent first."""
    for child in stack.node.children:
        carrier = next((name for name in (child.node.id, child.node.id[: len("ExportsWriter")]) if name in _HARM), None)
        if carrier is not None:
            for reference in filter(is_meant, _references_within(stack, child)):
                yield attribute or reference[1], _HARM[carrier]
        elif isinstance(child, CfnOutput) and stack.nested_stack_parent is not None:
            output = f"Outputs.{stack.get_logical_id(child)}"
            handed_on = partial(_is_output, output)
            for reference in filter(is_meant, _references(stack.resolve(child.value))):
                yield from _carried(stack.nested_stack_parent, handed_on, attribute or reference[1])


def _is_output(output: str, reference: _Reference) -> bool:
    return reference[1] == output


def _references_within(stack: Stack, carrier: IConstruct) -> Iterator[_Reference]:
    for construct in carrier.node.find_all():
        if isinstance(construct, CfnOutput):
            yield from _references(stack.resolve(construct.value))
        elif isinstance(construct, CfnResource):
            yield from _references(stack.resolve(construct._cfn_properties))  # noqa: SLF001 -- CDK: for subclasses


def _references(value: object) -> Iterator[_Reference]:
    match value:
        case {"Ref": str(logical_id)}:
            yield logical_id, None
        case {"Fn::GetAtt": [str(logical_id), str(attribute)]}:
            yield logical_id, attribute
        case Mapping():
            for member in value.values():
                yield from _references(member)
        case Sequence() if not isinstance(value, str):
            for member in value:
                yield from _references(member)
        case _:
            return
