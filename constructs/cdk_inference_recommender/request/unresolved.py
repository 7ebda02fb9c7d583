"""The mark for a value that is known only at deploy time."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class Unresolved(Enum):
    """Type of `UNRESOLVED`, an enum so that copies stay identical and a type checker can narrow by `is`."""

    UNRESOLVED = "unresolved"

    def __repr__(self) -> str:
        return "UNRESOLVED"


UNRESOLVED: Final[Literal[Unresolved.UNRESOLVED]] = Unresolved.UNRESOLVED
"""Stands in a request for a value known only at deploy time (a CDK token).

It may stand anywhere: for a number, a text, a list, a structure or an item of a list. It is skipped alone; the rest of
its structure is still checked. A rule that compares members stays silent only where an unresolved one takes part.
"""
