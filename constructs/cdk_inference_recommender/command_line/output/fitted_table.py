"""A table of whole cells: columns that don't fit are left out and named; nothing is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP: Final = " "


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column, each cell on one line."""

    heading: str
    cells: Sequence[str]
    is_figure: bool = False
    """Whether cells end at the column's right edge instead of beginning at its left."""
    drop_order: int | None = None
    """Columns with the lowest number are left out first; None for a column that always stays."""

    @property
    def width(self) -> int:
        """Cells of a terminal that the widest text takes."""
        return max(map(cell_len, [self.heading, *self.cells]))

    def lines(self) -> list[str]:
        """Return heading and cells, padded to one width."""
        return [self._padded(text) for text in [self.heading, *self.cells]]

    def _padded(self, text: str) -> str:
        padding = " " * (self.width - cell_len(text))
        return f"{padding}{text}" if self.is_figure else f"{text}{padding}"


@dataclass(frozen=True, kw_only=True)
class FittedTable:
    """What of a table fits a width.

    Where even the columns that always stay don't fit, lines are longer than the width, and the terminal breaks them.
    """

    lines: Sequence[str]
    """The headings, then a line for each row."""
    dropped: Sequence[str]
    """Headings of the columns that are left out, in the table's order."""

    @classmethod
    def of(cls, columns: Sequence[Column], *, width: int) -> FittedTable:
        """Fit a table.

        Args:
            columns: All columns, from left to right, with one cell for each row.
            width: Of the terminal, in cells.
        """
        kept = list(columns)
        droppable = sorted(
            (column for column in columns if column.drop_order is not None), key=lambda column: column.drop_order or 0
        )
        for column in droppable:
            if sum(each.width for each in kept) + len(_GAP) * (len(kept) - 1) <= width:
                break
            kept.remove(column)
        rows = zip(*(column.lines() for column in kept), strict=True)
        return cls(
            lines=[_GAP.join(row).rstrip() for row in rows],
            dropped=[column.heading for column in columns if column not in kept and column.heading],
        )
