"""Resolves intrinsic functions, conditions and pseudo parameters."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from inference_recommender_sandbox.cloudformation.errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .template import Template

NO_VALUE: Final = object()
"""What `AWS::NoValue` resolves to: the property that holds it vanishes."""

_SUBSTITUTION: Final = re.compile(r"\$\{([^!{}][^{}]*)\}")
_LITERAL: Final = re.compile(r"\$\{!([^{}]*)\}")
_DYNAMIC_REFERENCE: Final = re.compile(r"\{\{resolve:(ssm|ssm-secure):([^:}]+)(?::\d+)?\}\}")
_ZONES: Final = 3


class Scope(Protocol):
    """What a template's references mean at the moment they are resolved."""

    def ref(self, name: str) -> Any:
        """Return what `Ref` of a resource or parameter is; `NO_VALUE` for `AWS::NoValue`."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """Return what `Fn::GetAtt` is."""

    def import_value(self, name: str) -> str:
        """Return another stack's export."""

    def ssm_parameter(self, name: str) -> str:
        """Return what a dynamic reference to a parameter is."""

    @property
    def region(self) -> str:
        """Where the stack is."""


class Resolver:
    """Resolves values of one template in one scope.

    Args:
        template: Holds the conditions and mappings.
        scope: Holds everything else.
    """

    def __init__(self, template: Template, scope: Scope) -> None:
        self._template = template
        self._scope = scope

    def resolve(self, value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
        """Resolve a value whole.

        Raises:
            ValidationError: If a function is unknown or can't be resolved.
        """
        if isinstance(value, dict):
            if len(value) == 1:
                ((key, argument),) = value.items()
                if key == "Ref":
                    return self._scope.ref(argument)
                if key == "Condition" and isinstance(argument, str) and argument in self._template.conditions:
                    return self.condition(argument)
                if key.startswith("Fn::"):
                    return self._function(key)(argument)
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if isinstance(value, str) and "{{resolve:" in value:
            return _DYNAMIC_REFERENCE.sub(lambda match: self._scope.ssm_parameter(match[2]), value)
        return value

    def condition(self, name: str) -> bool:
        """Evaluate a condition.

        Raises:
            ValidationError: If the template has none of that name.
        """
        if name not in self._template.conditions:
            raise ValidationError(f"Template format error: Unresolved condition dependency {name}")
        return bool(self.resolve(self._template.conditions[name]))

    def has(self, item: Mapping[str, Any]) -> bool:
        """Return whether a resource or output takes part, by its `Condition`."""
        return "Condition" not in item or self.condition(item["Condition"])

    def _function(self, name: str) -> Callable[[Any], Any]:
        functions: dict[str, Callable[[Any], Any]] = {
            "Fn::GetAtt": self._get_att,
            "Fn::Join": lambda a: a[0].join(str(_text(item)) for item in self.resolve(a[1])),
            "Fn::Sub": self._sub,
            "Fn::Select": self._select,
            "Fn::Split": lambda a: str(self.resolve(a[1])).split(a[0]),
            "Fn::If": lambda a: self.resolve(a[1] if self.condition(a[0]) else a[2]),
            "Fn::Equals": lambda a: _text(self.resolve(a[0])) == _text(self.resolve(a[1])),
            "Fn::Not": lambda a: not self.resolve(a[0]),
            "Fn::And": lambda a: all(self.resolve(item) for item in a),
            "Fn::Or": lambda a: any(self.resolve(item) for item in a),
            "Fn::FindInMap": self._find_in_map,
            "Fn::ImportValue": lambda a: self._scope.import_value(self.resolve(a)),
            "Fn::Base64": lambda a: base64.b64encode(str(self.resolve(a)).encode()).decode(),
            "Fn::GetAZs": lambda a: [
                f"{self.resolve(a) or self._scope.region}{chr(ord('a') + index)}" for index in range(_ZONES)
            ],
            "Fn::ToJsonString": lambda a: json.dumps(self.resolve(a), separators=(",", ":")),
            "Fn::Length": lambda a: len(self.resolve(a)),
        }
        if name not in functions:
            raise ValidationError(f"Template error: the sandbox doesn't know the function {name}")
        return functions[name]

    def _get_att(self, argument: Any) -> Any:
        logical_id, name = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._scope.attribute(logical_id, self.resolve(name))

    def _sub(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})

        def substitute(match: re.Match[str]) -> str:
            name = match[1]
            if name in variables:
                return str(_text(self.resolve(variables[name])))
            if "." in name:
                return str(_text(self._get_att(name)))
            return str(_text(self._scope.ref(name)))

        return _LITERAL.sub(r"${\1}", _SUBSTITUTION.sub(substitute, text))

    def _select(self, argument: Any) -> Any:
        index, items = int(self.resolve(argument[0])), self.resolve(argument[1])
        if not 0 <= index < len(items):
            raise ValidationError("Template error: Fn::Select cannot select nonexistent value at index " + str(index))
        return items[index]

    def _find_in_map(self, argument: Any) -> Any:
        name, *keys = [self.resolve(item) for item in argument[:3]]
        found: Any = self._template.mappings.get(name)
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                if len(argument) > len(keys) + 1:
                    return self.resolve(argument[3]["DefaultValue"])
                raise ValidationError(f"Template error: Unable to get mapping for {'::'.join([name, *keys])}")
            found = found[key]
        return found


def references(value: Any) -> Iterator[str]:
    """Find the names that a value refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`."""
    for function, argument in _calls(value):
        if function == "Ref":
            yield str(argument)
        elif function == "Fn::GetAtt":
            yield argument.split(".", 1)[0] if isinstance(argument, str) else str(argument[0])
        elif function == "Fn::Sub":
            yield from (name.split(".", 1)[0] for name in _substituted(argument))


def attribute_references(value: Any) -> Iterator[tuple[str, str]]:
    """Find the attributes that a value refers to by `Fn::GetAtt` or `Fn::Sub`: logical ids and names.

    A name that is itself the result of a function is left out.
    """
    for function, argument in _calls(value):
        if function == "Fn::GetAtt":
            logical_id, name = argument.split(".", 1) if isinstance(argument, str) else argument
            if isinstance(name, str):
                yield str(logical_id), name
        elif function == "Fn::Sub":
            for name in _substituted(argument):
                if "." in name:
                    logical_id, attribute = name.split(".", 1)
                    yield logical_id, attribute


def conditions_used(value: Any) -> Iterator[str]:
    """Find the names of conditions that a value uses by `Fn::If` or, within a condition, by `Condition`."""
    for function, argument in _calls(value):
        if function == "Fn::If" and isinstance(argument, list) and argument:
            yield str(argument[0])
        elif function == "Condition" and isinstance(argument, str):
            yield argument


def _calls(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield each function that a value calls, with its argument, the outer ones first."""
    if isinstance(value, dict):
        if len(value) == 1:
            yield from value.items()
        for item in value.values():
            yield from _calls(item)
    elif isinstance(value, list):
        for item in value:
            yield from _calls(item)


def _substituted(argument: Any) -> Iterator[str]:
    text, variables = argument if isinstance(argument, list) else (argument, {})
    return (match[1] for match in _SUBSTITUTION.finditer(text) if match[1] not in variables)


def _text(value: Any) -> Any:
    """Booleans are lower case wherever CloudFormation makes text of them."""
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else str(value)
