"""Places for the labels of points in a chart: no label overlaps another one or a point."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHARACTER: Final = 7.7
"""Pixels of a character at 12 px in the widest of the page's fonts, on average."""

_LINE: Final = 15
_RADIUS: Final = 8
"""Pixels from a point's center to the edge of its mark."""
_GAP: Final = 3
_STEP: Final = 8
_GROWTH: Final = 60


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Return whether the two have a pixel in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, kw_only=True)
class LabelLayout:
    """A drawing's height, and a place for each label."""

    height: float
    boxes: Sequence[Box]
    """In the order of the points."""
    leaders: Sequence[tuple[float, float] | None]
    """Where a line from the point to its label ends; None where the label is next to its point."""

    @classmethod
    def of(
        cls, points: Sequence[tuple[float, float]], labels: Sequence[str], *, width: float, height: float
    ) -> LabelLayout:
        """Return a layout.

        Args:
            points: As shares of width and height from 0 to 1, y downwards. The first ones get the nearest places.
            labels: One for each point, none longer than the width.
            width: Of the drawing, in pixels.
            height: Likewise. The drawing becomes higher where it doesn't have room for all labels.
        """
        while True:
            centers = [(x * width, y * height) for x, y in points]
            taken = [_mark(center) for center in centers]
            boxes: list[Box] = []
            for center, label in zip(centers, labels, strict=True):
                place = _place(center, len(label) * CHARACTER, taken, width, height)
                if place is None:
                    break
                boxes.append(place)
                taken.append(place)
            else:
                leaders = [_leader(center, box) for center, box in zip(centers, boxes, strict=True)]
                return cls(height=height, boxes=boxes, leaders=leaders)
            height += _GROWTH


def _mark(center: tuple[float, float]) -> Box:
    x, y = center
    return Box(left=x - _RADIUS, top=y - _RADIUS, right=x + _RADIUS, bottom=y + _RADIUS)


def _place(center: tuple[float, float], length: float, taken: Sequence[Box], width: float, height: float) -> Box | None:
    for left, top in _candidates(center, length, width, height):
        box = Box(left=left, top=top, right=left + length, bottom=top + _LINE)
        inside = left >= 0 and top >= 0 and box.right <= width and box.bottom <= height
        if inside and not any(box.overlaps(other) for other in taken):
            return box
    return None


def _candidates(
    center: tuple[float, float], length: float, width: float, height: float
) -> Iterator[tuple[float, float]]:
    """Yield left upper corners: next to the point, then anywhere, the nearest first."""
    x, y = center
    edge = _RADIUS + _GAP
    level, middle = y - _LINE / 2, x - length / 2
    yield from ((x + edge, level), (x - edge - length, level), (middle, y - edge - _LINE), (middle, y + edge))
    corners = itertools.product(_steps(width - length), _steps(height - _LINE))
    yield from sorted(corners, key=lambda corner: (corner[0] + length / 2 - x) ** 2 + 4 * (corner[1] - level) ** 2)


def _steps(last: float) -> list[float]:
    return [_STEP * step for step in range(int(last // _STEP) + 1)]


def _leader(center: tuple[float, float], box: Box) -> tuple[float, float] | None:
    x, y = center
    end = (min(max(x, box.left), box.right), min(max(y, box.top), box.bottom))
    reach = _RADIUS + _GAP + 1
    return None if abs(end[0] - x) <= reach and abs(end[1] - y) <= reach else end
