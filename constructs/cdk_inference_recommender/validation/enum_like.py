"""Values that the service chooses from a list of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cdk_inference_recommender.request.near_miss import near_miss


@dataclass(frozen=True)
class EnumLike:
    """One value of a closed list; subclasses name the values that this release knows.

    Attributes:
        value: As the API spells it.
    """

    value: str

    @classmethod
    def of(cls, value: str) -> Self:
        """Take a value that is newer than this release, or one known only at deploy time.

        Args:
            value: As the API spells it; may be a token.
        """
        return cls(value)

    @classmethod
    def _nearest(cls, text: str) -> str:
        """Return how the value is written that a text stands for, or all values where none is near.

        Args:
            text: A value, or the name of one, as the user wrote it.
        """
        names = [name for name, member in vars(cls).items() if isinstance(member, cls)]
        near = near_miss(text, names)
        found = [near] if near else names
        return " or ".join(f"{cls.__name__}.{name}" for name in found)

    def __str__(self) -> str:
        return self.value
