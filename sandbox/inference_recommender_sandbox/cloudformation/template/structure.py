"""What CloudFormation refuses in a template's structure before it looks at any resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.errors import ValidationError

from .limits import MAX_NAME
from .values import leaves

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECTIONS: Final = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Hooks",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
_OBJECTS: Final = ("Resources", "Outputs", "Parameters", "Mappings", "Conditions", "Rules", "Metadata")
_NAMED: Final[Mapping[str, str]] = {
    "Resources": "Resource",
    "Outputs": "Outputs",
    "Parameters": "Parameter",
    "Mappings": "Mappings",
}
"""How AWS's messages call a member of a section."""
_NAME: Final = re.compile(r"[A-Za-z0-9]+")
_RESOURCE_ATTRIBUTES: Final = frozenset(
    {
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Description",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)
LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
_EXTENDED_FUNCTIONS: Final = frozenset({"Fn::ToJsonString", "Fn::Length"})


def check_structure(sections: Mapping[str, Any]) -> None:
    """Refuse null values, unknown sections and members, and names that CloudFormation doesn't take.

    The texts are AWS's unless they name the sandbox.

    Raises:
        ValidationError: If something is refused.
    """
    _refuse_nulls(sections)
    unknown = sorted(sections.keys() - _SECTIONS)
    if unknown:
        raise ValidationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    for section in _OBJECTS:
        if not isinstance(sections.get(section, {}), dict):
            raise ValidationError(f"Template format error: [/{section}] must be an object.")
    if not sections.get("Resources"):
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    _check_names(sections)
    _check_members(sections)
    _refuse_what_the_sandbox_lacks(sections)


def transforms(sections: Mapping[str, Any]) -> list[str]:
    """Return the macros that a template names in `Transform`."""
    named = sections.get("Transform", [])
    return [str(each) for each in (named if isinstance(named, list) else [named])]


def _refuse_nulls(sections: Mapping[str, Any]) -> None:
    for path, value in leaves(dict(sections)):
        if value is None:
            raise ValidationError(f"[/{'/'.join(_shown(path))}] 'null' values are not allowed in templates")


def _shown(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path as AWS shows it: `Type` stands for `Properties` of a resource.

    Source: https://github.com/aws-cloudformation/cfn-lint/issues/38
    """
    of_property = len(path) > 3 and (path[0], path[2]) == ("Resources", "Properties")  # noqa: PLR2004 - a property's
    return (*path[:2], "Type", *path[3:]) if of_property else path


def _check_names(sections: Mapping[str, Any]) -> None:
    for section, shown in _NAMED.items():
        for name in map(str, sections.get(section, {})):
            if not _NAME.fullmatch(name):
                quoted = f"'{name}'" if shown == section else name
                raise ValidationError(f"Template format error: {shown} name {quoted} is non alphanumeric.")
            if len(name) > MAX_NAME.maximum:
                raise ValidationError(
                    f"Template format error: {shown} name {name} is longer than {MAX_NAME.maximum} {MAX_NAME.unit}."
                )


def _check_members(sections: Mapping[str, Any]) -> None:
    for name, resource in sections["Resources"].items():
        if not isinstance(resource, dict) or "Type" not in resource:
            raise ValidationError(
                f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
            )
        unknown = sorted(resource.keys() - _RESOURCE_ATTRIBUTES)
        if unknown:
            raise ValidationError(f"Invalid template resource property '{unknown[0]}'")
    for parameter in sections.get("Parameters", {}).values():
        if not isinstance(parameter, dict) or "Type" not in parameter:
            raise ValidationError("Template format error: Every Parameters object must contain a Type member.")
    for output in sections.get("Outputs", {}).values():
        if not isinstance(output, dict) or "Value" not in output:
            raise ValidationError("Template format error: Every Outputs member must contain a Value object")


def _refuse_what_the_sandbox_lacks(sections: Mapping[str, Any]) -> None:
    named = transforms(sections)
    others = [each for each in named if each != LANGUAGE_EXTENSIONS]
    if others:
        raise ValidationError(
            f"the sandbox doesn't have the transform {others[0]}; it has: {LANGUAGE_EXTENSIONS} "
            f"({', '.join(sorted(_EXTENDED_FUNCTIONS))})"
        )
    if named:
        return
    for path, _ in leaves(dict(sections)):
        used = _EXTENDED_FUNCTIONS.intersection(path)
        if used:
            # AWS refuses these functions too; how it words that isn't known.
            raise ValidationError(f"the function {min(used)} needs Transform: {LANGUAGE_EXTENSIONS}")
