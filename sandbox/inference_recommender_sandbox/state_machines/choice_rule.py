"""The comparisons of a Choice state.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import operator
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.state_machines.reference_path import PathNotFoundError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
    "Matches": lambda value, pattern: fnmatchcase(value, pattern.replace("[", "[[]")),
}


def is_number(value: Any) -> bool:
    """Whether JSON calls it a number; Python's booleans aren't."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_timestamp(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "String": lambda value: isinstance(value, str),
    "Numeric": is_number,
    "Boolean": lambda value: isinstance(value, bool),
    "Timestamp": _is_timestamp,
}
_IS: Final[Mapping[str, Callable[[Any], bool]]] = {"IsNull": lambda value: value is None} | {
    f"Is{name}": check for name, check in _TYPES.items()
}
_COMBINING: Final = frozenset({"And", "Or", "Not"})


class UnknownComparisonError(ValueError):
    """The rule has no comparison that Step Functions knows."""


def check_rule(rule: Mapping[str, Any]) -> None:
    """Check that a rule can be evaluated.

    Raises:
        UnknownComparisonError: If it can't.
    """
    for name in _COMBINING & rule.keys():
        for nested in [rule[name]] if name == "Not" else rule[name]:
            check_rule(nested)
        return
    _comparison(rule)


def holds(rule: Mapping[str, Any], document: Any) -> bool:  # noqa: PLR0911 - one for each kind of rule
    """Evaluate a rule.

    Raises:
        PathNotFoundError: If the variable isn't there, and the rule doesn't ask whether it is.
    """
    if "And" in rule:
        return all(holds(nested, document) for nested in rule["And"])
    if "Or" in rule:
        return any(holds(nested, document) for nested in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], document)
    name = _comparison(rule)
    expected = rule[name]
    if name == "IsPresent":
        return _is_present(rule["Variable"], document) is expected
    value = read(rule["Variable"], document)
    if name in _IS:
        return _IS[name](value) is expected
    if name.endswith("Path"):
        name, expected = name.removesuffix("Path"), read(expected, document)
    kind = next(kind for kind in _TYPES if name.startswith(kind))
    if not (_TYPES[kind](value) and _TYPES[kind](expected)):
        return False
    if kind == "Timestamp":
        value, expected = datetime.fromisoformat(value), datetime.fromisoformat(expected)
    return _COMPARISONS[name.removeprefix(kind)](value, expected)


def _comparison(rule: Mapping[str, Any]) -> str:
    for name in rule:
        plain = name.removesuffix("Path")
        if name == "IsPresent" or name in _IS:
            return name
        for kind in _TYPES:
            if plain.startswith(kind) and plain.removeprefix(kind) in _COMPARISONS:
                return name
    raise UnknownComparisonError(f"no comparison that the sandbox knows in the rule {dict(rule)}")


def _is_present(path: str, document: Any) -> bool:
    try:
        read(path, document)
    except PathNotFoundError:
        return False
    return True
