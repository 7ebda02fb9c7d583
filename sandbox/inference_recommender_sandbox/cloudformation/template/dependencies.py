"""Which resources wait for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.errors import ValidationError
from inference_recommender_sandbox.cloudformation.template.intrinsics import references
from inference_recommender_sandbox.cloudformation.template.template import depends_on

if TYPE_CHECKING:
    from collections.abc import Mapping


def dependencies(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Return what each resource depends on, by `DependsOn` and by references in its properties.

    Raises:
        ValidationError: If they depend on each other in a circle; the text is AWS's.
    """
    graph = {
        logical_id: frozenset(
            name
            for name in (*depends_on(definition), *references(definition.get("Properties", {})))
            if name in resources and name != logical_id
        )
        for logical_id, definition in resources.items()
    }
    _refuse_circles(graph)
    return graph


def _refuse_circles(graph: Mapping[str, frozenset[str]]) -> None:
    remaining = dict(graph)
    while remaining:
        free = [name for name, needed in remaining.items() if not needed & remaining.keys()]
        if not free:
            raise ValidationError(f"Circular dependency between resources: [{', '.join(sorted(remaining))}]")
        for name in free:
            del remaining[name]
