"""The names in a template that a deployed stack depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OF_THE_CDK = frozenset({"BootstrapVersion", "CheckBootstrapVersion", "CDKMetadata", "CDKMetadataAvailable"})


def frozen_names(template: Mapping[str, Any]) -> set[str]:
    """Return the names that may not change between versions of the library.

    These are the logical ids of all resources with their types, of parameters and of outputs; of custom resources the
    names of all properties, and the attributes that are read.
    """
    names = set()
    for logical_id, resource in template["Resources"].items():
        kind = resource["Type"]
        names.add(f"{logical_id}: {kind}")
        if kind.startswith("Custom::"):
            names |= {f"{logical_id}: {kind}: {place}" for place in _members(resource.get("Properties", {}))}
    for section in ("Parameters", "Outputs"):
        names |= {f"{section}: {name}" for name in template.get(section, {})}
    names |= {f"{logical_id}: attribute {name}" for logical_id, name in _attributes(template)}
    return {name for name in names if not OF_THE_CDK & {part.strip() for part in name.split(":")}}


def _members(value: Any, place: str = "") -> Iterator[str]:
    """Yield the paths of all members that are no intrinsic functions."""
    if isinstance(value, list):
        for item in value:
            yield from _members(item, f"{place}[]")
    elif isinstance(value, dict):
        for name, member in value.items():
            if name != "Ref" and not name.startswith("Fn::"):
                path = f"{place}.{name}" if place else name
                yield path
                yield from _members(member, path)


def _attributes(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _attributes(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name == "Fn::GetAtt":
                yield member[0], member[1]
            else:
                yield from _attributes(member)
