"""Paths of the members of a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Path: TypeAlias = tuple[str | int, ...]
"""Member names of the API and indices into its lists, from the request's root."""

_FIELD: Final = re.compile(r"`([\w.\[\]]+)`")


def api_path(path: Path) -> str:
    """Return a path in the API's spelling, such as `InputConfig.TrafficPattern.Phases[1].DurationInSeconds`.

    Args:
        path: Member names and list indices; the empty path is the request itself.

    Returns:
        Names joined by dots, indices (from 0) in brackets; the empty text for the empty path.
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def spell_fields(text: str, spell: Callable[[Path], str]) -> str:
    """Return a text with its fields in the reader's spelling.

    Args:
        text: Prose with fields of the API in backquotes, such as `` `InputConfig.TrafficPattern` ``.
        spell: Writes a path, for example `api_path`.
    """

    def spelled(field: re.Match[str]) -> str:
        return spell(tuple(field[1].replace("[]", "").split(".")))

    return _FIELD.sub(spelled, text)
