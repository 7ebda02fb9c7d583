"""Access to a request that may be incomplete, malformed or partly unresolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from .unresolved import UNRESOLVED

if TYPE_CHECKING:
    from .api_path import Path

_T = TypeVar("_T", int, str)


class Missing(Enum):
    """Type of `ABSENT`."""

    ABSENT = "absent"


ABSENT: Final[Literal[Missing.ABSENT]] = Missing.ABSENT
"""The mark for a value that is certainly absent."""


class RequestDocument:
    """A request that rules read by field; a malformed value, which other rules report, reads as absent.

    Fields are written as `InputConfig.TrafficPattern.Phases[].SpawnRate`; `[]` means every item. Below an unresolved
    or malformed value everything is `UNRESOLVED`: it can't be known, so no rule may rely on it.
    """

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document

    def at(self, place: str | Path) -> object:
        """Read one place.

        Args:
            place: A path, or a field without `[]`.

        Returns:
            The value, `ABSENT`, or `UNRESOLVED` where it can't be known. A null counts as malformed.
        """
        value: object = self._document
        for step in place.split(".") if isinstance(place, str) else place:
            if isinstance(value, Mapping) and isinstance(step, str):
                value = value.get(step, ABSENT)
            elif isinstance(value, list | tuple) and isinstance(step, int):
                value = value[step] if step < len(value) else ABSENT
            elif value is ABSENT:
                return ABSENT
            else:
                return UNRESOLVED
        return UNRESOLVED if value is None else value

    def each(self, field: str) -> Iterator[tuple[Path, object]]:
        """Yield every path that a field names, present or not, in the document's order.

        Args:
            field: A field; every `[]` stands for all items of the list before it.

        Yields:
            Path and value, as `at` returns it. Nothing for a list that is missing, malformed or unresolved.
        """
        paths: list[Path] = [()]
        for step in field.split("."):
            name = step.removesuffix("[]")
            paths = [(*path, name) for path in paths]
            if name != step:
                paths = [(*path, index) for path in paths for index in range(self.length(path) or 0)]
        for path in paths:
            yield path, self.at(path)

    def integers(self, field: str) -> Iterator[tuple[Path, int]]:
        """Yield the paths of a field that have an integer."""
        return self._of_type(field, int)

    def strings(self, field: str) -> Iterator[tuple[Path, str]]:
        """Yield the paths of a field that have text."""
        return self._of_type(field, str)

    def integer(self, place: str | Path) -> int | None:
        """Return an integer; `None` if it is absent or unknown."""
        value = self.at(place)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def length(self, place: str | Path) -> int | None:
        """Return the number of a list's items; `None` if the list is absent or unknown."""
        value = self.at(place)
        return len(value) if isinstance(value, list | tuple) else None

    def is_given(self, place: str | Path) -> bool:
        """Return whether a value is certainly present."""
        value = self.at(place)
        return value is not ABSENT and value is not UNRESOLVED

    def is_absent(self, place: str | Path) -> bool:
        """Return whether the value is certainly absent."""
        return self.at(place) is ABSENT

    def _of_type(self, field: str, kind: type[_T]) -> Iterator[tuple[Path, _T]]:
        for path, value in self.each(field):
            if isinstance(value, kind) and not isinstance(value, bool):
                yield path, value
