"""Placeholders of a skeleton."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from .problem import Problem, Severity
from .unresolved import UNRESOLVED

if TYPE_CHECKING:
    from .api_path import Path

PLACEHOLDER_RULE: Final = "Placeholder"

# Longer than it would have to be: a description or a tag may well begin with "<" and end with ">".
_PLACEHOLDER: Final = re.compile(r"<fill in: (.+)>", re.DOTALL)


def placeholder(what: str) -> str:
    """Return a placeholder.

    Args:
        what: What belongs there, without a full stop, such as `the role's ARN`.
    """
    return f"<fill in: {what}>"


def is_placeholder(text: str) -> bool:
    """Return whether a text is a placeholder."""
    return _PLACEHOLDER.fullmatch(text) is not None


def placeholder_problems(value: object, path: Path = ()) -> Iterator[Problem]:
    """Yield a problem for each remaining placeholder.

    Yields:
        One problem each, in the document's order.
    """
    match value:
        case str():
            if (left := _PLACEHOLDER.fullmatch(value)) is not None:
                yield Problem(
                    rule=PLACEHOLDER_RULE,
                    severity=Severity.ERROR,
                    path=path,
                    value=None,  # the remedy repeats it
                    message="a placeholder of the skeleton stands here",
                    remedy=f"Put in its place {left[1]}",
                    source="this library",
                )
        case Mapping():
            for name, member in value.items():
                yield from placeholder_problems(member, (*path, str(name)))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from placeholder_problems(item, (*path, index))


def without_placeholders(value: object) -> object:
    """Return a copy of a document with `UNRESOLVED` in place of each placeholder."""
    match value:
        case str():
            return UNRESOLVED if is_placeholder(value) else value
        case Mapping():
            return {name: without_placeholders(member) for name, member in value.items()}
        case list() | tuple():
            return [without_placeholders(item) for item in value]
        case _:
            return value
