"""What one field of a definition may hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .problem import Problem, sandbox_limit
from .reference_path import InvalidPathError, check_path
from .timestamp import is_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_SECONDS: Final = 99_999_999
"""Of waits, timeouts and retry intervals, and the most attempts.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and `state-wait.html`.
"""


def is_integer(value: Any) -> bool:
    """Return whether JSON has it as an integer; Python's booleans aren't."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Return whether JSON has it as a number."""
    return is_integer(value) or isinstance(value, float)


_TYPES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "Any": lambda _: True,
    "Array": lambda value: isinstance(value, list),
    "Boolean": lambda value: isinstance(value, bool),
    "Integer": is_integer,
    "Number": is_number,
    "Object": lambda value: isinstance(value, dict),
    "Path": lambda value: isinstance(value, str),
    "String": lambda value: isinstance(value, str),
    "Timestamp": is_timestamp,
}


@dataclass(frozen=True, kw_only=True)
class FieldRule:
    """The rule of a field.

    Attributes:
        type: JSON's type, or Path, Timestamp or Any.
        minimum: The least number.
        maximum: The greatest number.
        values: The only strings, where they are a closed list.
        may_be_null: Whether null means something.
        may_be_empty: Whether an array or object may be.
        may_read_context: Whether a path may begin with `$$`.
        is_in_sandbox: False for what AWS has and the sandbox doesn't.
    """

    type: str
    minimum: float = -math.inf
    maximum: float = math.inf
    values: tuple[str, ...] = ()
    may_be_null: bool = False
    may_be_empty: bool = True
    may_read_context: bool = True
    is_in_sandbox: bool = True

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Yield what is wrong with a value at a path."""
        if value is None and self.may_be_null:
            return
        if not _TYPES[self.type](value):
            yield Problem(message=f"Expected value of type {self.type}", path=path)
        elif is_number(value) and not self.minimum <= value <= self.maximum:
            yield Problem(message=f"Value {value} is not between {self.minimum:g} and {self.maximum:.0f}", path=path)
        elif self.values and value not in self.values:
            name = path.rsplit("/", 1)[-1]
            listed = ", ".join(self.values)
            yield Problem(message=f"The field '{name}' should have one of these values: [{listed}]", path=path)
        elif not self.may_be_empty and not value:
            yield Problem(message="Value cannot be empty", path=path)
        elif self.type == "Path":
            yield from path_problems(value, path, may_read_context=self.may_read_context)


def field_problems(fields: Mapping[str, FieldRule], holder: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with each field of an object: unknown ones, and values against their rules."""
    for name, value in holder.items():
        rule = fields.get(name)
        if rule is None:
            yield Problem(message=f"Field '{name}' is not supported", path=path)
        elif not rule.is_in_sandbox:
            yield sandbox_limit(f"the field '{name}'", path)
        else:
            yield from rule.problems(value, f"{path.rstrip('/')}/{name}")


def path_problems(value: Any, path: str, *, may_read_context: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with a JSONPath."""
    if not isinstance(value, str):
        yield Problem(message="Expected value of type Path", path=path)
    elif value.startswith("States."):
        yield sandbox_limit("intrinsic functions", path)
    elif not value.startswith("$") or (value.startswith("$$") and not may_read_context):
        yield Problem(message=f"Value is not a valid JSONPath: {value!r}", path=path)
    else:
        try:
            check_path(value)
        except InvalidPathError as error:
            yield sandbox_limit(str(error), path)
