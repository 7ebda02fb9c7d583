"""The chart of cost against latency, each point with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.report.figure_text import figure_of
from inference_recommendations_handler.protocol.contract import ObjectiveName

from .label_layout import LabelLayout
from .style import (
    NARROW_LABEL,
    STATUSES,
    WIDE_LABEL,
    WIDTHS,
    axis_of,
    chart_labels,
    end_of,
    status_encoding,
    status_of,
    with_halo,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk_inference_recommender.command_line.report.figure_text import Figure
    from cdk_inference_recommender.command_line.report.job_report import JobReport
    from cdk_inference_recommender.command_line.report.ranked_results import Result

_FRONT: Final = ", on the front"
_AXIS: Final = 84
"""Pixels that the vertical axis takes beside the drawing."""
_HEIGHT: Final = 300

Point = tuple["Result", float, float]
"""A result, its latency, and its cost."""


def points_of(report: JobReport) -> list[Point]:
    """Return the results that have both figures, the best first."""
    cost, latency = _axes(report)
    return [
        (result, x, y)
        for result in report.results
        if (x := latency.value(result.candidate)) is not None and (y := cost.value(result.candidate)) is not None
    ]


def cost_title(report: JobReport) -> str:
    """Return the unit of the vertical axis."""
    return _axes(report)[0].title


def scatter_chart(report: JobReport, width: int) -> dict[str, Any]:
    """Return the chart in Vega-Lite.

    Args:
        report: A report with at least one of `points_of`.
        width: Pixels, one of `WIDTHS`.
    """
    points = points_of(report)
    narrow = width < WIDTHS[0]
    inner = width - _AXIS
    x_end, y_end = end_of([x for _, x, _ in points]), end_of([y for _, _, y in points])
    labels = chart_labels([point[0] for point in points], length=NARROW_LABEL if narrow else WIDE_LABEL)
    layout = LabelLayout.of([(x / x_end, 1 - y / y_end) for _, x, y in points], labels, width=inner, height=_HEIGHT)
    rows: list[dict[str, Any]] = []
    for (result, x, y), label, box, leader in zip(points, labels, layout.boxes, layout.leaders, strict=True):
        # Pixels become values, so that marks and labels share the scales.
        line_x, line_y = leader or (0, 0)
        rows.append(
            {
                "latency": x,
                "cost": y,
                "kind": status_of(result) + (_FRONT if result.on_front else ""),
                "front": result.on_front,
                "endpoint": result.candidate.endpoint_type.value,
                "label": label,
                "label x": box.left / inner * x_end,
                "label y": (1 - (box.top + box.bottom) / 2 / layout.height) * y_end,
                "leads": leader is not None,
                "line x": line_x / inner * x_end,
                "line y": (1 - line_y / layout.height) * y_end,
            }
        )
    rows.reverse()  # the best is drawn last, above the others
    x_axis = axis_of([x_end * 0.999], "Latency (ms)", ticks=3 if narrow else 8)
    y_axis = axis_of([y_end * 0.999], _axes(report)[0].title, ticks=6)
    return {
        "width": inner,
        "height": layout.height,
        "data": {"values": rows},
        "layer": [
            *_lines(x_axis, y_axis),
            _marks(rows, x_axis, y_axis, columns=2 if narrow else 3),
            *_names(x_axis, y_axis),
        ],
    }


def _axes(report: JobReport) -> tuple[Figure, Figure]:
    hourly = report.objective is ObjectiveName.COST_PER_HOUR
    cost = figure_of(ObjectiveName.COST_PER_HOUR if hourly else ObjectiveName.COST_PER_INFERENCE)
    return cost, figure_of(ObjectiveName.MODEL_LATENCY)


def _lines(x_axis: dict[str, Any], y_axis: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the front, one for each kind of endpoint, and the lines from points to labels that are further away."""
    place = {"x": {"field": "latency", **x_axis}, "y": {"field": "cost", **y_axis}}
    front = {
        "transform": [{"filter": "datum.front"}],
        "mark": {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": "var(--muted)"},
        "encoding": {
            **place,
            "order": {"field": "latency", "type": "quantitative"},
            "detail": {"field": "endpoint", "type": "nominal"},
        },
    }
    leaders = {
        "transform": [{"filter": "datum.leads"}],
        "mark": {"type": "rule", "strokeWidth": 1, "color": "var(--muted)"},
        "encoding": {**place, "x2": {"field": "line x"}, "y2": {"field": "line y"}},
    }
    return [front, leaders]


def _marks(
    rows: Sequence[dict[str, Any]], x_axis: dict[str, Any], y_axis: dict[str, Any], *, columns: int
) -> dict[str, Any]:
    drawn = {row["kind"] for row in rows}
    # Filled on the front, hollow elsewhere, for rejected results, too.
    kinds = {
        status + front: (color, shape, color if front else "var(--page)")
        for status, (color, shape) in STATUSES.items()
        for front in (_FRONT, "")
        if status + front in drawn
    }
    legend = {"columns": columns, "title": None}
    return {
        "mark": {"type": "point", "size": 120, "opacity": 1, "strokeWidth": 2},
        "encoding": {
            "x": {"field": "latency", **x_axis},
            "y": {"field": "cost", **y_axis},
            "stroke": status_encoding("kind", kinds, 0, legend=legend),
            "shape": status_encoding("kind", kinds, 1, legend=legend),
            "fill": status_encoding("kind", kinds, 2, legend=legend),
        },
    }


def _names(x_axis: dict[str, Any], y_axis: dict[str, Any]) -> list[dict[str, Any]]:
    return with_halo(
        {"align": "left", "baseline": "middle"},
        {
            "x": {"field": "label x", **x_axis},
            "y": {"field": "label y", **y_axis},
            "text": {"field": "label", "type": "nominal"},
        },
    )
