"""Which resources wait for which, and what a template refers to that it doesn't have."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.errors import ValidationError

from .intrinsics import attribute_references, conditions_used, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .template import Template


def depends_on(resource: Mapping[str, Any]) -> list[str]:
    """Return what a resource's `DependsOn` names, which may be one name or a list."""
    value = resource.get("DependsOn", [])
    return [value] if isinstance(value, str) else list(value)


def dependencies(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Return what each resource depends on, by `DependsOn` and by references in its properties."""
    return {
        logical_id: frozenset(
            name
            for name in (*depends_on(definition), *references(definition.get("Properties", {})))
            if name in resources
        )
        for logical_id, definition in resources.items()
    }


def in_order(graph: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield the members of a graph, each after what it depends on."""
    yield from TopologicalSorter({name: needed & graph.keys() for name, needed in graph.items()}).static_order()


def check_references(template: Template) -> None:
    """Refuse references to what the template doesn't have, and circles, wherever they stand.

    Both branches of a condition count, and resources that no condition lets through: which of them AWS leaves out isn't
    documented. The texts are AWS's, except for a circle of conditions.

    Raises:
        ValidationError: If there is one.
    """
    resources, parameters = template.resources, template.parameters
    for value in (*resources.values(), *template.outputs.values()):
        for name, _ in attribute_references(value):
            if name not in resources:
                raise ValidationError(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
    for block, used in (
        ("Resources", [name for item in resources.values() for name in _used(item)]),
        ("Outputs", list(references(list(template.outputs.values())))),
    ):
        # A name with a colon is a pseudo parameter's, which is checked where it is resolved.
        _refuse_unresolved(used, known=resources.keys() | parameters.keys(), block=block)
    _check_conditions(template)
    circle = _circle(dependencies(resources))
    if circle:
        raise ValidationError(f"Circular dependency between resources: [{', '.join(circle)}]")


def _used(resource: Mapping[str, Any]) -> list[str]:
    return [*depends_on(resource), *references(resource.get("Properties", {}))]


def _refuse_unresolved(used: Iterable[str], *, known: Iterable[str], block: str) -> None:
    unresolved = dict.fromkeys(name for name in used if ":" not in name and name not in set(known))
    if unresolved:
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{', '.join(unresolved)}] in the {block} block "
            "of the template"
        )


def _check_conditions(template: Template) -> None:
    conditions = template.conditions
    in_conditions = dict.fromkeys(
        name for name in references(list(conditions.values())) if ":" not in name and name not in template.parameters
    )
    if in_conditions:
        raise ValidationError(
            f"Template format error: Unresolved dependencies [{', '.join(in_conditions)}]. Cannot reference resources "
            "in the Conditions block of the template"
        )
    users: list[Any] = [*template.resources.values(), *template.outputs.values()]
    named = [item["Condition"] for item in users if "Condition" in item]
    for name in (*named, *conditions_used([*users, *conditions.values()])):
        if name not in conditions:
            raise ValidationError(f"Template format error: Unresolved condition dependency {name}")
    circle = _circle({name: frozenset(conditions_used(value)) for name, value in conditions.items()})
    if circle:
        raise ValidationError(f"Template format error: Circular dependency between conditions: [{', '.join(circle)}]")


def _circle(graph: Mapping[str, frozenset[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return sorted(set(error.args[1]))
    return []
