"""Values that are computed once for each construct, since every call of the CDK goes to another process."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import IConstruct, Node

_Found = TypeVar("_Found")


def once(owner: object, name: str, find: Callable[[], _Found]) -> _Found:
    """Return a value that is computed at the first call with an object and a name.

    Args:
        owner: A construct, or anything else that has attributes. The CDK's own constructs are other objects in Python
            each time that they are returned, and so find again.
        name: Name of the value, unique in this package.
        find: Computes the value, which never changes.
    """
    attributes = vars(owner)
    key = f"_inference_recommender_{name}"
    if key not in attributes:
        attributes[key] = find()
    found: _Found = attributes[key]
    return found


def node_of(construct: IConstruct) -> Node:
    """Return the node of a construct."""
    return once(construct, "node", lambda: construct.node)
