"""The chart of one figure of all results, with the limit that a constraint sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .label_layout import CHARACTER
from .style import (
    STATUSES,
    WIDE_LABEL,
    WIDTHS,
    axis_of,
    chart_labels,
    status_encoding,
    status_of,
    with_halo,
)

if TYPE_CHECKING:
    from cdk_inference_recommender.command_line.report.figure_text import Figure
    from cdk_inference_recommender.command_line.report.job_report import JobReport

_BAR_STEP: Final = 28
_AROUND: Final = 70
"""Pixels above and below the bars."""
_NAME: Final = 18
"""Pixels that a name above its bar takes."""
_NARROW_BAR: Final = 18


def bar_rows(report: JobReport, figure: Figure) -> list[dict[str, Any]]:
    """Return a row for each result that has the figure.

    Args:
        report: The report.
        figure: One of its figures.
    """
    rows = []
    for result, label in zip(report.results, chart_labels(report.results, length=WIDE_LABEL), strict=True):
        value = figure.value(result.candidate)
        status = status_of(result)
        if value is not None:
            shown = figure.form(value)
            rows.append(
                {
                    "name": label,
                    "value": value,
                    # The color isn't the only sign.
                    "shown": shown if status == "other" else f"{shown} {status}",
                    "status": status,
                }
            )
    return rows


def bar_chart(report: JobReport, figure: Figure, width: int, *, limit: float | None, limit_text: str) -> dict[str, Any]:
    """Return the chart in Vega-Lite.

    Args:
        report: The report.
        figure: One of its figures, which at least one result has.
        width: Pixels, one of `WIDTHS`.
        limit: In the figure's unit; None without a constraint.
        limit_text: What is written at the limit.
    """
    narrow = width < WIDTHS[0]
    rows = bar_rows(report, figure)
    names = [row["name"] for row in rows]
    values = [row["value"] for row in rows] + ([] if limit is None else [limit])
    axis = axis_of(values, figure.title, ticks=3 if narrow else 6)
    # A narrow chart has the name above its bar, not beside it.
    labels = {"labelLimit": WIDE_LABEL * 8, "domain": False, "ticks": False, "labelPadding": 8, "title": None}
    y = {"field": "name", "type": "nominal", "sort": names, "axis": None if narrow else labels}
    place = {"y": y, "x": {"field": "value", **axis}}
    drawn = {row["status"] for row in rows}
    kinds = {status: kind for status, kind in STATUSES.items() if status in drawn}
    below = {"yOffset": _NAME / 2} if narrow else {}
    bar = {"type": "bar", "cornerRadiusEnd": 2, **below, **({"size": _NARROW_BAR} if narrow else {})}
    above = {"align": "left", "yOffset": -_NAME / 2 - 6}
    step = _BAR_STEP + (_NAME if narrow else 0)
    return {
        "width": width,
        "height": _AROUND + step * len(rows),
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {
            "right": 12 + CHARACTER * max(len(row["shown"]) for row in rows),
            "left": 4,
            "top": 22 if limit is not None else 4,
            "bottom": 4,
        },
        "data": {"values": rows},
        "layer": [
            {"mark": bar, "encoding": {**place, "color": status_encoding("status", kinds, 0, legend=None)}},
            *([] if limit is None else _limit(limit, limit_text, values, axis)),
            *with_halo({"align": "left", "dx": 4, **below}, {**place, "text": {"field": "shown", "type": "nominal"}}),
            *(
                with_halo(above, {"y": y, "x": {"value": 2}, "text": {"field": "name", "type": "nominal"}})
                if narrow
                else []
            ),
        ],
    }


def _limit(limit: float, text: str, values: list[float], axis: dict[str, Any]) -> list[dict[str, Any]]:
    x = {"field": "limit", **axis}
    # The text stays within the drawing: on the side of the line where there is more room.
    right = limit < max(values) / 2
    data = {"values": [{"limit": limit, "text": text}]}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 2, "color": "var(--ink)"},
            "encoding": {"x": x},
        },
        {
            "data": data,
            "mark": {
                "type": "text",
                "align": "left" if right else "right",
                "baseline": "bottom",
                "fontSize": 12,
                "color": "var(--ink)",
            },
            "encoding": {"x": x, "y": {"value": -4}, "text": {"field": "text", "type": "nominal"}},
        },
    ]
