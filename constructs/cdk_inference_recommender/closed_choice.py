"""Values that the service chooses from a list of its own."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self


@dataclass(frozen=True)
class ClosedChoice:
    """One value of a closed list; subclasses name the values that this release knows."""

    value: str
    """As the API spells it."""

    @classmethod
    def of(cls, value: str) -> Self:
        """Take a value that is newer than this release, or one known only at deploy time.

        Args:
            value: As the API spells it; may be a token.
        """
        return cls(value)

    @classmethod
    def nearest(cls, text: str) -> str:
        """How the value is written that a text stands for, or all of them where it resembles none."""
        names = [name for name, member in vars(cls).items() if isinstance(member, cls)]
        meant = text.casefold()
        within = [name for name in names if meant in name.casefold().split("_")]
        near = get_close_matches(meant, [name.casefold() for name in names], n=1)
        found = within[:1] or [name for name in names if [name.casefold()] == near]
        return " or ".join(f"{cls.__name__}.{name}" for name in found or names)

    def __str__(self) -> str:
        return self.value
