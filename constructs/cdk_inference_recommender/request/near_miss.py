"""The known word that a misspelled one resembles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIMILARITY: Final = 0.75
"""`ResourceLimits` is 0.96 like `ResourceLimit`; `TokenizerConfig` is 0.73 like `ContainerConfig`, which it isn't."""
_SHORTEST_PART: Final = 4
"""Characters. Too many other words contain a shorter one by chance."""


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that resembles a word most, or None where none is near.

    Case is ignored, as it is the commonest slip. A word that is a part of one known word only, as `Duration` is of
    `DurationInSeconds`, stands for it. Of words that are equally near, the first in the list is returned.

    Args:
        word: The word as written.
        known: The words that it may stand for.
    """
    wanted = word.casefold()
    ranked = [(_similarity(wanted, choice.casefold()), choice) for choice in known]
    likeness, nearest = max(ranked, key=lambda pair: pair[0], default=(0.0, ""))
    if likeness >= _SIMILARITY:
        return nearest
    around = [choice for _, choice in ranked if len(wanted) >= _SHORTEST_PART and wanted in choice.casefold()]
    return around[0] if len(around) == 1 else None


def _similarity(word: str, other: str) -> float:
    from difflib import SequenceMatcher  # noqa: PLC0415 -- only a misspelled word needs it

    # The ratio depends on the order of the two.
    return max(SequenceMatcher(None, word, other).ratio(), SequenceMatcher(None, other, word).ratio())
