"""References that leave a stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from aws_cdk import CfnElement, CfnOutput, CfnResource, Resource

from cdk_inference_recommender.validation.construct_memo import node_of
from cdk_inference_recommender.validation.stack_environment import parent_stack, stack_of
from cdk_inference_recommender.validation.stage_validation import StageValidation

if TYPE_CHECKING:
    from aws_cdk import Stack
    from constructs import IConstruct

EXPORT: Final = "Exports"
"""A strong reference, the CDK's default."""
CROSS_REGION_EXPORT: Final = "ExportsWriter"
"""A strong reference from another Region; the construct's id is followed by the Region."""
STACK_OUTPUT: Final = "Publish"
"""A weak reference (context key `@aws-cdk/core:defaultCrossStackReferences`), and every one from another account."""

_Reference = tuple[str, str | None]
"""A logical id and an attribute, or no attribute for `Ref`."""
_Carried = dict[str, dict[str | None, str]]
"""The carrier by logical id and attribute."""


def outgoing_references(resource: CfnResource) -> Mapping[str | None, str]:
    """Return the attributes of a resource that leave its stack, each with its carrier.

    The CDK adds the carriers just before it validates the app. They are looked up once for all resources of a stack in
    each synthesis.

    Args:
        resource: Any resource of a stack that is validated.
    """
    stack = stack_of(resource)
    carried = _carried(stack)
    return carried.get(stack.get_logical_id(resource), {}) if carried else {}


def _carried(stack: Stack) -> _Carried:
    return StageValidation.of(stack).once(("outgoing references", stack), lambda: _look_up(stack))


def _look_up(stack: Stack) -> _Carried:
    """Return all references that leave a stack. Those of a nested stack pass through its parent."""
    parent = parent_stack(stack)
    nested_stack = stack.nested_stack_resource if parent is not None else None
    of_parent = (
        _carried(parent).get(parent.get_logical_id(nested_stack), {})
        if parent is not None and nested_stack is not None
        else {}
    )
    found: _Carried = {}
    for child in node_of(stack).children:
        carrier: str | None = None
        references: Iterator[_Reference] = iter(())
        # Resources are no carriers. Skipping them saves calls into the CDK.
        if of_parent and isinstance(child, CfnOutput):
            carrier = of_parent.get(f"Outputs.{stack.get_logical_id(child)}")
            references = _references(stack.resolve(child.value))
        elif not isinstance(child, CfnElement | Resource):
            carrier = _carrier_of(child.node.id)
            references = _references_within(stack, child)
        if carrier is not None:
            for logical_id, attribute in references:
                found.setdefault(logical_id, {}).setdefault(attribute, carrier)
    return found


def _carrier_of(construct_id: str) -> str | None:
    if construct_id.startswith(CROSS_REGION_EXPORT):
        return CROSS_REGION_EXPORT
    return construct_id if construct_id in {EXPORT, STACK_OUTPUT} else None


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
