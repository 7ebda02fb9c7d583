"""The service model's rules for single members.

botocore's own `ParamValidator` enforces types, required members and minimums, but neither maximums nor enums nor
patterns, so a walk of our own reads them from the same shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .near_miss import near_miss
from .pattern import matches, with_open_ends
from .problem import Problem, Severity
from .request_model import botocore_version
from .shape import AnyShape, item_of, members_of
from .unresolved import UNRESOLVED

if TYPE_CHECKING:
    from .api_path import Path

OPEN_ENUMS: Final = frozenset({"ProductionVariantInstanceType", "ProductionVariantInferenceAmiVersion"})
"""Enums that grow with releases of botocore and never shrink: a value that isn't among them is checked by a rule
(`InstanceTypeUnknown`, `InferenceAmiVersionUnknown`), or yesterday's botocore would refuse today's instance type."""

MODEL_RULES: Final[Mapping[str, str]] = {
    "RequiredMember": "a required member is there",
    "UnknownMember": "a member is one that the API knows; a near miss is guessed",
    "MemberType": "a value has its member's type: true is no integer, and neither is 5.0 or a text of digits",
    "MinimumValue": "a number isn't below its minimum",
    "MaximumValue": "a number isn't above its maximum",
    "MinimumLength": "a text isn't shorter than its minimum",
    "MaximumLength": "a text isn't longer than its maximum",
    "MinimumItems": "a list hasn't fewer items than its minimum",
    "MaximumItems": "a list hasn't more items than its maximum",
    "AllowedValues": "a text is one of its member's values, if they are a closed list; a near miss is guessed",
    "Pattern": "the member's pattern covers the text from end to end",
}
"""Every rule of this module by its id."""

_KINDS: Final[Mapping[str, str]] = {
    "structure": "a structure",
    "map": "a structure",
    "list": "a list",
    "string": "a string",
    "integer": "an integer",
    "long": "an integer",
    "float": "a number",
    "double": "a number",
    "boolean": "a boolean",
}
"""Names of botocore's types in messages; a type that isn't listed isn't checked."""

_PYTHON_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "a boolean"),  # before int, whose subclass it is
    (int, "an integer"),
    (float, "a number"),
    (str, "a string"),
    (Mapping, "a structure"),
    (list, "a list"),
    (tuple, "a list"),
)


def shape_problems(
    value: object, shape: AnyShape, *, path: Path = (), optional: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """Check a value against a shape and everything below it.

    Args:
        value: The value; `UNRESOLVED` passes.
        shape: Its shape in botocore's model.
        path: Where the value stands.
        optional: Members of this structure, though not of those below it, that may be missing though required.

    Yields:
        Problems, a structure's members in the model's order and its unknown members last.
    """
    if value is UNRESOLVED:
        return
    found, expected = _kind_of(value), _KINDS.get(shape.type_name)
    if found != expected and expected is not None and (found, expected) != ("an integer", "a number"):
        problem = _Reporter(path, value, shape).problem
        yield problem("MemberType", f"must be {expected}", f"Write {expected}, not {found}")
    elif isinstance(value, Mapping):
        yield from _structure_problems(value, shape, path, optional)
    elif isinstance(value, list | tuple):
        yield from _bound_problems(len(value), "item", _Reporter(path, value, shape))
        kind = item_of(shape)
        if kind is not None:
            for index, item in enumerate(value):
                yield from shape_problems(item, kind, path=(*path, index))
    elif isinstance(value, str):
        yield from _string_problems(value, _Reporter(path, value, shape))
    elif isinstance(value, int | float):
        yield from _bound_problems(value, None, _Reporter(path, value, shape))


@dataclass(frozen=True)
class _Reporter:
    path: Path
    value: object
    shape: AnyShape

    def problem(self, rule: str, message: str, remedy: str) -> Problem:
        return Problem(
            rule=rule,
            severity=Severity.ERROR,
            path=self.path,
            value=self.value,
            message=message,
            remedy=remedy,
            source=f"botocore {botocore_version()}, service model of sagemaker, shape {self.shape.name}",
        )


def _structure_problems(
    value: Mapping[object, object], shape: AnyShape, path: Path, optional: frozenset[str]
) -> Iterator[Problem]:
    members = members_of(shape)
    if members is None:
        return  # a map: the request has none, and its keys follow no rule of their own
    for name, member in members.items():
        if name in value:
            yield from shape_problems(value[name], member, path=(*path, name))
        elif name in shape.metadata.get("required", ()) and name not in optional:
            yield _Reporter((*path, name), None, shape).problem("RequiredMember", "is required", "Add it")
    for given, item in value.items():
        if given not in members:
            report = _Reporter((*path, str(given)), item, shape)
            yield report.problem("UnknownMember", "is no member that the API knows", _nearest(str(given), members))


def _string_problems(value: str, report: _Reporter) -> Iterator[Problem]:
    shape = report.shape
    of_length = list(_bound_problems(len(value), "character", report))
    broken_pattern = _broken_pattern(value, shape, {problem.rule for problem in of_length})
    # What is too short to be an ARN is no ARN, and the pattern says more of it than the length.
    if broken_pattern is None or not of_length or of_length[0].rule == "MaximumLength":
        yield from of_length
    enum = shape.metadata.get("enum", []) if shape.name not in OPEN_ENUMS else []
    if enum and value not in enum:
        yield report.problem("AllowedValues", f"must be one of {', '.join(enum)}", _nearest(value, enum))
    if broken_pattern is not None:
        message, remedy = f"must match {broken_pattern}", "Change it so that the pattern covers all of it"
        yield report.problem("Pattern", message, remedy)


def _broken_pattern(value: str, shape: AnyShape, broken_bounds: set[str]) -> str | None:
    """Return the pattern if a text violates it, other than by a length that is reported already."""
    pattern: str | None = shape.metadata.get("pattern")
    if pattern is None or ("MinimumLength" in broken_bounds and not value):
        return None
    judged = with_open_ends(pattern) if "MaximumLength" in broken_bounds else pattern
    return None if matches(value, judged) else pattern


def _bound_problems(size: float, unit: str | None, report: _Reporter) -> Iterator[Problem]:
    low, high = report.shape.metadata.get("min"), report.shape.metadata.get("max")
    what = {None: "Value", "character": "Length", "item": "Items"}[unit]
    found = "" if unit is None else f", not {size}"
    if low is not None and size < low:
        least = counted(low, unit)
        yield report.problem(f"Minimum{what}", f"must be at least {least}{found}", f"Use {least} or more")
    if high is not None and size > high:
        most = counted(high, unit)
        yield report.problem(f"Maximum{what}", f"must be at most {most}{found}", f"Use {most} or less")


def counted(number: float, unit: str | None) -> str:
    """Return a number with its unit, such as `1 item` and `2 items`; without a unit, the number."""
    if unit is None:
        return str(number)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _nearest(word: str, known: Iterable[str]) -> str:
    choices = list(known)
    near = near_miss(word, choices)
    return f"Did you mean {near}?" if near else f"Choose one of {', '.join(choices)}"


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    named = (name for kind, name in _PYTHON_KINDS if isinstance(value, kind))
    return next(named, f"a {type(value).__name__}")
