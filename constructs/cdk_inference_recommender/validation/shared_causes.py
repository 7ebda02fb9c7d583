"""Errors with a common cause, such as a shared role or an ancestor's tag."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from .enum_like import EnumLike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct, IConstruct

_PLACE: Final = re.compile(r"(\w*)(?:\['([^']*)'\])?")
_MOST_NAMED: Final = 3
_ANCESTORS_TAGS: Final = object()


@dataclass(frozen=True, kw_only=True)
class ReportedError:
    """An error as a construct reports it.

    Attributes:
        place: The field, as its author spells it.
        rule: Id of the rule.
        value: The value as text.
        text: The whole message.
    """

    place: str
    rule: str
    value: str
    text: str

    def is_same_as(self, other: ReportedError) -> bool:
        """Return whether the other error says the same, though perhaps with another construct's limits.

        Args:
            other: An error of another construct.
        """
        return (self.place, self.rule, self.value) == (other.place, other.rule, other.value)


class ErrorSource(Protocol):
    """A construct that reports errors."""

    construct: Construct
    props: Mapping[str, object]

    def errors(self) -> list[ReportedError]:
        """Return the construct's errors."""


class SharedCauses:
    """The errors of a stage's constructs in one synthesis.

    Args:
        found: Each construct with its errors.
    """

    def __init__(self, found: Sequence[tuple[ErrorSource, list[ReportedError]]]) -> None:
        self._found = [(source, errors) for source, errors in found if errors]
        self._errors = {id(source): errors for source, errors in self._found}

    def messages_of(self, source: ErrorSource) -> list[str]:
        """Return the messages of a construct: the first construct with a cause reports it and names the others.

        Args:
            source: One of the constructs.
        """
        messages = (self._message(source, error) for error in self._errors.get(id(source), ()))
        return list(dict.fromkeys(message for message in messages if message is not None))

    def _message(self, source: ErrorSource, error: ReportedError) -> str | None:
        cause = _cause_of(source, error.place)
        if cause is None:
            return error.text
        sharing = [
            other
            for other, errors in self._found
            if _cause_of(other, error.place) is cause
            and any(map(error.is_same_as, errors))
            and _is_in_tree(other.construct)
        ]
        if source not in sharing[:1]:
            return None
        shared = _listed([other.construct.node.path for other in sharing[1:]])
        return f"{error.text} The same object or tag is used by {shared}." if shared else error.text


def _cause_of(source: ErrorSource, place: str) -> object | None:
    """Return the cause of an error if another construct may share it; None if it is the construct's own."""
    found = _PLACE.match(place)
    name, key = found.groups() if found else ("", None)
    prop = source.props.get(name)
    if name == "tags":
        is_own = bool(prop) and (key is None or (isinstance(prop, Mapping) and key in prop))
        return None if is_own else _ANCESTORS_TAGS
    # Equal literals may be there by chance, and what is empty is a default.
    return None if not prop or isinstance(prop, str | int | float | EnumLike) else prop


def _is_in_tree(construct: IConstruct) -> bool:
    # A construct that was removed is validated no more, and so reports nothing for the others.
    scope = construct.node.scope
    return scope is None or (scope.node.try_find_child(construct.node.id) is construct and _is_in_tree(scope))


def _listed(paths: Sequence[str]) -> str:
    named, rest = paths[:_MOST_NAMED], len(paths) - _MOST_NAMED
    return ", ".join(named) if rest <= 0 else f"{', '.join(named)} and {rest} more"
