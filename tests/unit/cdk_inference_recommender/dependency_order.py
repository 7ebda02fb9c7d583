"""In which order CloudFormation creates a template's resources."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .synthesis import Json


def dependencies(template: Json) -> dict[str, set[str]]:
    """What each resource waits for: `DependsOn`, and what its properties refer to.

    Raises:
        AssertionError: A resource waits for one that the template doesn't have.
    """
    resources = template["Resources"]
    known = {*resources, *template.get("Parameters", {})}
    waits = {}
    for name, resource in resources.items():
        listed = resource.get("DependsOn", [])
        found = {*([listed] if isinstance(listed, str) else listed), *_references(resource.get("Properties", {}))}
        assert found <= known, f"{name} refers to {found - known}"
        waits[name] = found & resources.keys()
    return waits


def before(template: Json, logical_id: str) -> set[str]:
    """Every resource that is there before the one is made, however many others lie between.

    Raises:
        graphlib.CycleError: CloudFormation could not deploy the template at all.
    """
    waits = dependencies(template)
    tuple(TopologicalSorter(waits).static_order())
    found: set[str] = set()
    left = [logical_id]
    while left:
        new = waits[left.pop()] - found
        found |= new
        left += new
    return found


def _references(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            if not name.startswith("AWS::"):
                yield name
        case {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Fn::Sub": text}:
            names = re.findall(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}", text if isinstance(text, str) else text[0])
            yield from names
        case dict():
            for member in value.values():
                yield from _references(member)
        case list():
            for item in value:
                yield from _references(item)
