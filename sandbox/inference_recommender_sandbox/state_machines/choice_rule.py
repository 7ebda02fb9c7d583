"""The comparisons of a Choice state.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, Final

from .field_rule import FieldRule, field_problems, is_number
from .problem import Problem
from .reference_path import PathNotFoundError
from .timestamp import is_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "String": lambda value: isinstance(value, str),
    "Numeric": is_number,
    "Boolean": lambda value: isinstance(value, bool),
    "Timestamp": is_timestamp,
}
_IS: Final[Mapping[str, Callable[[Any], bool]]] = {"IsNull": lambda value: value is None} | {
    f"Is{name}": check for name, check in _TYPES.items()
}


def _matches_pattern(value: str, pattern: str) -> bool:
    # `*` stands for any characters, `\*` for a star and `\\` for a backslash; nothing else is special.
    parts = re.findall(r"\\[*\\]|.", pattern, re.DOTALL)
    expression = "".join(".*" if part == "*" else re.escape(part[-1]) for part in parts)
    return re.fullmatch(expression, value, re.DOTALL) is not None


_COMPARISONS: Final[Mapping[str, tuple[str, Callable[[Any, Any], bool]]]] = {
    **{
        f"{kind}{name}": (kind, compare)
        for kind in ("String", "Numeric", "Timestamp")
        for name, compare in _ORDER.items()
    },
    "BooleanEquals": ("Boolean", operator.eq),
    "StringMatches": ("String", _matches_pattern),
}
_LITERALS: Final = {"String": "String", "Numeric": "Number", "Boolean": "Boolean", "Timestamp": "Timestamp"}
_TESTS: Final[Mapping[str, FieldRule]] = {
    **{name: FieldRule(type=_LITERALS[kind]) for name, (kind, _) in _COMPARISONS.items()},
    **{f"{name}Path": FieldRule(type="Path") for name in _COMPARISONS if name != "StringMatches"},
    **{name: FieldRule(type="Boolean") for name in (*_IS, "IsPresent")},
    "And": FieldRule(type="Array", may_be_empty=False),
    "Or": FieldRule(type="Array", may_be_empty=False),
    "Not": FieldRule(type="Object"),
}
_COMBINING: Final = frozenset({"And", "Or", "Not"})
_NESTED: Final[Mapping[str, FieldRule]] = {
    **_TESTS,
    "Comment": FieldRule(type="String"),
    "Variable": FieldRule(type="Path"),
}
_RULE: Final[Mapping[str, FieldRule]] = {
    **_NESTED,
    "Assign": FieldRule(type="Object", is_in_sandbox=False),
    "Next": FieldRule(type="String"),
}


def rule_problems(rule: Any, path: str, *, is_nested: bool = False) -> Iterator[Problem]:
    """Yield what is wrong with a choice rule and those nested in it."""
    if not isinstance(rule, dict):
        yield Problem(message="Expected value of type Object", path=path)
        return
    yield from field_problems(_NESTED if is_nested else _RULE, rule, path)
    tests = sorted(rule.keys() & _TESTS.keys())
    if len(tests) != 1:
        yield Problem(message=f"Exactly one comparison is required, not [{', '.join(tests)}]", path=path)
    required = [*(["Variable"] if not _COMBINING & rule.keys() else []), *([] if is_nested else ["Next"])]
    for name in required:
        if name not in rule:
            yield Problem(message=f"The field '{name}' is required but was missing", path=path)
    for name in sorted(_COMBINING & rule.keys()):
        nested = rule[name]
        if name == "Not":
            yield from rule_problems(nested, f"{path}/Not", is_nested=True)
        else:
            for index, each in enumerate(nested if isinstance(nested, list) else ()):
                yield from rule_problems(each, f"{path}/{name}[{index}]", is_nested=True)


def holds(rule: Mapping[str, Any], read_path: Callable[[str], Any]) -> bool:
    """Evaluate a rule that has no problems.

    Args:
        rule: The rule.
        read_path: Returns what a path leads to.

    Raises:
        PathNotFoundError: If the variable isn't there, and the rule doesn't ask whether it is.
    """
    name = next(name for name in rule if name in _TESTS)
    expected = rule[name]
    if name == "Not":
        return not holds(expected, read_path)
    if name in _COMBINING:
        return (all if name == "And" else any)(holds(nested, read_path) for nested in expected)
    if name == "IsPresent":
        return _is_present(rule["Variable"], read_path) is expected
    value = read_path(rule["Variable"])
    if name in _IS:
        return _IS[name](value) is expected
    if name.endswith("Path"):
        name, expected = name.removesuffix("Path"), read_path(expected)
    kind, compare = _COMPARISONS[name]
    if not (_TYPES[kind](value) and _TYPES[kind](expected)):
        return False
    if kind == "Timestamp":
        value, expected = parse_timestamp(value), parse_timestamp(expected)
    return compare(value, expected)


def _is_present(path: str, read_path: Callable[[str], Any]) -> bool:
    try:
        read_path(path)
    except PathNotFoundError:
        return False
    return True
