"""The service model's patterns, which are Java's, in Python."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_UPPER_BOUND: Final = re.compile(r"\{(\d+),\d+\}")
_UNICODE_CATEGORY: Final = re.compile(r"\\p\{(\w+)\}")


def matches(value: str, pattern: str) -> bool:
    r"""Return whether the whole value matches a pattern of the service model.

    Java's `\d`, `\w` and `\s` are ASCII only, and its matcher takes the whole value. Unicode categories (`\p{L}`),
    which Python's `re` doesn't know, are understood inside brackets, where the service model has them.

    Args:
        value: The text.
        pattern: The pattern as the model spells it, anchored or not.

    Returns:
        True if the pattern covers the value from end to end.
    """

    def members_of(category: re.Match[str]) -> str:
        # Only this value's characters can matter; Python has no table of a whole category, and building one is slow.
        return "".join(sorted({re.escape(c) for c in value if unicodedata.category(c).startswith(category[1])}))

    return _compiled(_UNICODE_CATEGORY.sub(members_of, pattern)).fullmatch(value) is not None


def with_open_ends(pattern: str) -> str:
    """Return a pattern without the upper bounds of its repetitions, which a text that is only too long matches."""
    return _UPPER_BOUND.sub(r"{\1,}", pattern)


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
