"""Walks through the values of a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value that is neither an object nor a list, with its path; a list's path holds its indices."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, str(index)))
    else:
        yield path, value


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a value, without the keys."""
    return (leaf for _, leaf in leaves(value) if isinstance(leaf, str))
