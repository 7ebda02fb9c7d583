"""Places in a request, and how they are written."""

from __future__ import annotations

from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Member names of the API and indices into its lists, from the request's root."""


def api_path(path: Path) -> str:
    """Write a path as the API's users do, such as `InputConfig.TrafficPattern.Phases[1].DurationInSeconds`.

    Args:
        path: Member names and list indices; the empty path is the request itself.

    Returns:
        Names joined by dots, indices (from 0) in brackets; the empty text for the empty path.
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
