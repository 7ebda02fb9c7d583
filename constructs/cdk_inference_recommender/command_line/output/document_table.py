"""What a query has selected as a table in a terminal."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console

from .escaping import escape_text
from .fitted_table import Column, FittedTable


def print_table(document: object) -> None:
    """Print a document: a row for each item of a list, a row for each member of a structure, or the value itself.

    Columns that don't fit the terminal are left out and named; the first one always stays. What is nested more deeply
    is shown as JSON.

    Args:
        document: Of JSON's types.
    """
    width = Console().width
    table = FittedTable.of(_columns(document), width=width)
    print("\n".join(table.lines))
    if table.dropped:
        print(f"Not shown in {width} columns: {', '.join(table.dropped)}.")


def _columns(document: object) -> list[Column]:
    match document:
        case dict():
            rows: list[dict[str, Any]] = [{"Name": name, "Value": value} for name, value in document.items()]
        case list():
            rows = [_row(item) for item in document]
        case _:
            rows = [_row(document)]
    headings = list(dict.fromkeys(name for row in rows for name in row)) or ["Value"]
    return [
        Column(
            heading=escape_text(heading),
            cells=[_cell(row.get(heading)) for row in rows],
            is_figure=all(isinstance(row.get(heading), int | float | None) for row in rows),
            drop_order=-place if place else None,
        )
        for place, heading in enumerate(headings)
    ]


def _row(item: object) -> dict[str, Any]:
    match item:
        case dict():
            return item
        case list():
            return {str(place + 1): value for place, value in enumerate(item)}
        case _:
            return {"Value": item}


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return escape_text(value if isinstance(value, str) else json.dumps(value))
