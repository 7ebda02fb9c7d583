"""The charts of a report, as Vega-Lite and as a text alternative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.contract import ObjectiveName

from .figure_text import per_million, whole
from .ranked_results import cost
from .vega_lite import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .job_report import JobReport
    from .ranked_results import Result

WIDTHS: Final = (740, 320)
"""Pixels. Each chart is drawn for a wide and for a narrow window: a drawing that shrinks can't be read."""

_BAR_STEP: Final = 28
_LABEL_LENGTH: Final = 34
"""Characters of a bar's label in a wide chart; what doesn't fit stands in the table."""

_MARKS: Final = {
    "best": ("var(--best)", "diamond"),
    "on the Pareto front": ("var(--series)", "circle"),
    "other": ("var(--other)", "square"),
    "rejected": ("var(--bad)", "cross"),
}
"""Colour and shape of each kind of result; either is enough to distinguish them."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing and its text alternative."""

    name: str
    """For ids in the page."""
    title: str
    description: str
    """The text alternative."""
    drawings: Sequence[str]
    """SVG, one for each of `WIDTHS`."""


def report_charts(report: JobReport) -> list[Chart]:
    """Return the charts for which there are figures.

    Raises:
        CommandError: What draws isn't installed.
    """
    charts = [_cost_and_latency(report), _throughput(report), _utilisation(report)]
    return [chart for chart in charts if chart is not None]


def name_of(result: Result) -> str:
    """Return the label of a result in a chart: its place, if it has one."""
    return f"{result.place}. {result.label}" if result.place else result.label


def _cost_and_latency(report: JobReport) -> Chart | None:
    hourly = report.objective is ObjectiveName.COST_PER_HOUR
    title = "USD an hour" if hourly else "USD per million inferences"
    rows = []
    for result in report.results:
        money = cost(result.candidate, report.objective)
        latency = result.candidate.metrics.model_latency_ms
        if money is None or latency is None:
            continue
        best = result.rank == 1
        rows.append(
            {
                "cost": money if hourly else per_million(money),
                "latency": latency,
                "mark": _mark(result),
                "number": result.place,
                "name": result.candidate.label,
                "best": best,
                "front": result.on_front,
                "kind": result.candidate.endpoint_type.value,
            }
        )
    if not rows:
        return None
    front = [result for result in report.results if result.on_front]
    rejected = [result for section in report.sections for result in section.rejected]
    by_constraints = (
        f" Rejected by the constraints: {', '.join(result.label for result in rejected)}." if rejected else ""
    )
    winners = [section.winner for section in report.sections if section.winner]
    return Chart(
        name="cost-and-latency",
        title="Cost against latency",
        description=(
            f"{len(rows)} results by model latency and {title}; lower and further left is better. Best: "
            f"{', '.join(result.label for result in winners) or 'none'}. On the Pareto front, where no other result is "
            f"both cheaper and faster: {', '.join(result.label for result in front) or 'none'}.{by_constraints}"
        ),
        drawings=[svg(_scatter(rows, width, title)) for width in WIDTHS],
    )


def _mark(result: Result) -> str:
    if result.rank == 1:
        return "best"
    if result.unmet:
        return "rejected"
    return "on the Pareto front" if result.on_front else "other"


def _scatter(rows: Sequence[dict[str, Any]], width: int, title: str) -> dict[str, Any]:
    place: dict[str, Any] = {
        "x": {
            "field": "latency",
            "type": "quantitative",
            "scale": {"zero": False, "nice": True, "padding": 24},
            "axis": {"title": "Model latency (ms)", "tickCount": width // 90},
        },
        "y": {
            "field": "cost",
            "type": "quantitative",
            "scale": {"zero": False, "nice": True, "padding": 24},
            "axis": {"title": f"Cost ({title})", "tickCount": 5},
        },
    }
    marks = [mark for mark in _MARKS if mark != "rejected" or any(row["mark"] == mark for row in rows)]
    colors, shapes = ([_MARKS[mark][place] for mark in marks] for place in (0, 1))
    legend = {"columns": len(marks) if width == WIDTHS[0] else 2}
    style = {
        "color": {
            "field": "mark",
            "type": "nominal",
            "sort": marks,
            "scale": {"domain": marks, "range": colors},
            "legend": legend,
        },
        "shape": {
            "field": "mark",
            "type": "nominal",
            "sort": marks,
            "scale": {"domain": marks, "range": shapes},
            "legend": legend,
        },
    }
    number = {"text": {"field": "number", "type": "nominal"}}
    text = {"type": "text", "fontSize": 12, "dy": -14, "color": "var(--ink)"}
    # A front of each kind of endpoint: a choice is made among one kind.
    line = {
        "transform": [{"filter": "datum.front"}],
        "mark": {"type": "line", "strokeDash": [5, 4], "strokeWidth": 1.5, "color": "var(--series)"},
        "encoding": {
            **place,
            "order": {"field": "latency", "type": "quantitative"},
            "detail": {"field": "kind", "type": "nominal"},
        },
    }
    points = {"mark": {"type": "point", "filled": True, "size": 130, "opacity": 1}, "encoding": {**place, **style}}
    return {
        "width": width,
        "height": 300,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": {"values": list(rows)},
        "layer": [line, points, {"mark": text, "encoding": {**place, **number}}],
    }


def _throughput(report: JobReport) -> Chart | None:
    rows = [
        {
            "name": name_of(result),
            "value": result.candidate.metrics.max_invocations,
            "shown": whole(result.candidate.metrics.max_invocations),
            "mark": "best" if result.rank == 1 else "rejected" if result.unmet else "other",
        }
        for result in report.results
        if result.candidate.metrics.max_invocations is not None
    ]
    if not rows:
        return None
    color = {
        "field": "mark",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["best", "other", "rejected"], "range": ["var(--best)", "var(--series)", "var(--other)"]},
    }
    most = max(rows, key=lambda row: row["value"] or 0)
    return Chart(
        name="throughput",
        title="Throughput",
        description=(
            f"Requests a minute of {len(rows)} results; most: {most['name']}, {most['shown']}."
            + (" In grey: rejected by the constraints." if any(row["mark"] == "rejected" for row in rows) else "")
        ),
        drawings=[svg(_bars(rows, width, title="Requests a minute", color=color)) for width in WIDTHS],
    )


def _utilisation(report: JobReport) -> Chart | None:
    rows = [
        {"name": name_of(result), "value": value, "shown": f"{whole(value)} %", "mark": of}
        for result in report.results
        for of, value in (
            ("CPU", result.candidate.metrics.cpu_utilization),
            ("memory", result.candidate.metrics.memory_utilization),
        )
        if value is not None
    ]
    if not rows:
        return None
    color = {
        "field": "mark",
        "type": "nominal",
        "scale": {"domain": ["CPU", "memory"], "range": ["var(--series)", "var(--second)"]},
    }
    most = max(rows, key=lambda row: float(str(row["value"])))
    return Chart(
        name="utilisation",
        title="Utilisation at that throughput",
        description=f"CPU and memory in percent; highest: {most['name']}, {most['mark']} {most['shown']}.",
        drawings=[
            svg(_bars(rows, width, title="Percent", color=color, offset={"field": "mark", "sort": ["CPU", "memory"]}))
            for width in WIDTHS
        ],
    )


def _bars(
    rows: Sequence[dict[str, Any]],
    width: int,
    *,
    title: str,
    color: dict[str, Any],
    offset: dict[str, Any] | None = None,
) -> dict[str, Any]:
    # Rows of one name stay apart by their place in the list, and several bars of a result together.
    names = list(dict.fromkeys(str(row["name"]) for row in rows))
    narrow = width < WIDTHS[0]
    limit = 130 if narrow else 7 * _LABEL_LENGTH
    place: dict[str, Any] = {
        "y": {
            "field": "name",
            "type": "nominal",
            "sort": names,
            "axis": {"title": None, "labelLimit": limit, "domain": False, "ticks": False, "labelPadding": 8},
        },
        "x": {
            "field": "value",
            "type": "quantitative",
            "scale": {"domainMin": 0, "padding": 0},
            "axis": {"title": title, "tickCount": 3 if narrow else 6},
        },
    }
    if offset:
        place["yOffset"] = offset
    text = {"type": "text", "align": "left", "dx": 4, "fontSize": 11, "color": "var(--ink)"}
    step = _BAR_STEP * (1.5 if offset else 1)
    return {
        "width": width,
        "height": 70 + step * len(names),
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"right": 40, "left": 12, "top": 4, "bottom": 4},
        "data": {"values": list(rows)},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": {**place, "color": color}},
            {"mark": text, "encoding": {**place, "text": {"field": "shown", "type": "nominal"}}},
        ],
    }
