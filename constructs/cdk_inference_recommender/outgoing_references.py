"""References that leave a stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from aws_cdk import CfnOutput, CfnResource, Stack

if TYPE_CHECKING:
    from constructs import IConstruct

EXPORT: Final = "Exports"
"""A strong reference, the CDK's default."""
CROSS_REGION_EXPORT: Final = "ExportsWriter"
"""A strong reference from another Region; the construct's id is followed by the Region."""
STACK_OUTPUT: Final = "Publish"
"""A weak reference (context key `@aws-cdk/core:defaultCrossStackReferences`), and every one from another account."""

_CARRIERS: Final = (CROSS_REGION_EXPORT, EXPORT, STACK_OUTPUT)
_CACHE: Final = "_outgoing_references"

_Reference = tuple[str, str | None]
"""A logical id and an attribute, or no attribute for `Ref`."""
_Carried = dict[str, dict[str | None, str]]
"""The carrier by logical id and attribute."""


class OutgoingReferences:
    """References that leave a stack, as the CDK carries them, by resource.

    The CDK adds the carriers just before it validates the app. They are looked up once for all resources of a stack in
    each synthesis.
    """

    def __init__(self) -> None:
        self._carried: _Carried = {}
        self._readers: set[str] | None = None

    @classmethod
    def of(cls, stack: Stack) -> OutgoingReferences:
        """Return the stack's singleton."""
        known = vars(stack).get(_CACHE)
        if not isinstance(known, cls):
            known = vars(stack)[_CACHE] = cls()
        return known

    def forget(self) -> None:
        """Discard what was found, since the stack has got another resource."""
        self._readers = None

    def to(self, resource: IConstruct, stack: Stack) -> Mapping[str | None, str]:
        """Return the attributes of a resource that leave its stack, each with its carrier.

        Args:
            resource: Each resource is validated once in a synthesis: its second call begins another one.
            stack: The stack of the resource.
        """
        logical_id = _logical_id(resource, stack)
        if self._readers is None or logical_id in self._readers:
            self._carried = _carried(stack)
            self._readers = set()
        self._readers.add(logical_id)
        return self._carried.get(logical_id, {})


def _carried(stack: Stack) -> _Carried:
    """Return all that leaves a stack; a nested stack passes it to its parent first."""
    parent = stack.nested_stack_parent
    nested_stack = stack.nested_stack_resource
    of_parent = (
        _carried(parent).get(_logical_id(nested_stack, parent), {})
        if parent is not None and nested_stack is not None
        else {}
    )
    found: _Carried = {}
    for child in stack.node.children:
        child_id = child.node.id
        carrier = next((carrier for carrier in _CARRIERS if child_id.startswith(carrier)), None)
        if carrier is not None and carrier in {child_id, CROSS_REGION_EXPORT}:
            references = _references_within(stack, child)
        elif of_parent and isinstance(child, CfnOutput):
            carrier = of_parent.get(f"Outputs.{stack.get_logical_id(child)}")
            references = _references(stack.resolve(child.value))
        else:
            continue
        if carrier is not None:
            for logical_id, attribute in references:
                found.setdefault(logical_id, {}).setdefault(attribute, carrier)
    return found


def _logical_id(resource: IConstruct, stack: Stack) -> str:
    element = resource if isinstance(resource, CfnResource) else resource.node.default_child
    if not isinstance(element, CfnResource):
        message = f"{resource.node.path} has no resource of its own."
        raise TypeError(message)
    return stack.get_logical_id(element)


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
