"""The results that no other beats on both of two figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float | None, float | None]


def pareto_front(points: Sequence[Point]) -> list[int]:
    """Places of the points that no other point beats, where less is better, by ascending first figure.

    A point beats another where it is no worse in both figures and better in one; equal points are all in the front.
    A point without one of the figures is never in it.
    """
    known = [(x, y, place) for place, (x, y) in enumerate(points) if x is not None and y is not None]
    front = [
        (x, y, place) for x, y, place in known if not any(a <= x and b <= y and (a < x or b < y) for a, b, _ in known)
    ]
    return [place for _, _, place in sorted(front)]
