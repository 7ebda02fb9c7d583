"""Values that the service chooses from a list of its own."""

from __future__ import annotations

from dataclasses import dataclass
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

    def __str__(self) -> str:
        return self.value
