"""A member of the request as the service model describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class AnyShape(Protocol):
    """The common interface of this package's shapes and botocore's."""

    @property
    def name(self) -> str:
        """The shape's name in the service model."""

    @property
    def type_name(self) -> str:
        """For example `structure` or `integer`."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """`min`, `max`, `pattern`, `enum` and `required`, as far as the model has them."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One shape of the request, with everything below it.

    Attributes:
        name: Its name in the service model.
        type_name: For example `structure` or `integer`.
        metadata: `min`, `max`, `pattern`, `enum` and `required`, as far as the model has them.
        members: A structure's members, in the model's order.
        member: What a list holds.
        documented_values: Values that the model's prose lists where it has no enum.
    """

    name: str
    type_name: str
    metadata: Mapping[str, Any]
    members: Mapping[str, Shape] = field(default_factory=dict)
    member: Shape | None = None
    documented_values: tuple[str, ...] = ()


def members_of(shape: AnyShape) -> Mapping[str, AnyShape] | None:
    """Return a structure's members; `None` for any other shape."""
    # botocore's shapes have the attribute where they are structures only.
    members: Mapping[str, AnyShape] | None = getattr(shape, "members", None)
    return members if shape.type_name == "structure" else None


def item_of(shape: AnyShape) -> AnyShape | None:
    """Return the shape of a list's items; `None` for any other shape."""
    item: AnyShape | None = getattr(shape, "member", None)
    return item
