"""The charts of a report, as drawings and as a text alternative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk_inference_recommender.command_line.report.decision import limit_of, limit_text
from cdk_inference_recommender.command_line.report.figure_text import FIGURES, figure_of
from cdk_inference_recommender.command_line.report.traffic_cost import traffic_figures
from inference_recommendations_handler.protocol.contract import ObjectiveName

from .bar_chart import bar_chart, bar_rows
from .scatter_chart import cost_title, points_of, scatter_chart
from .style import WIDTHS
from .vega_lite import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk_inference_recommender.command_line.report.figure_text import Figure
    from cdk_inference_recommender.command_line.report.job_report import JobReport


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
    """Return the charts for which there are figures: the figure that decides, then cost and latency, then others.

    Raises:
        CommandError: What draws isn't installed.
    """
    objective = figure_of(report.objective)
    drawn = [*traffic_figures(report.traffic)[:1], figure_of(ObjectiveName.MAX_INVOCATIONS), *FIGURES[-2:]]
    limited = [figure for figure in FIGURES if limit_of(report.constraints, figure)]
    others = list(dict.fromkeys(figure.title for figure in (*limited, *drawn) if figure is not objective))
    by_title = {figure.title: figure for figure in (*limited, *drawn)}
    charts = [
        _bars(report, objective, title=f"Why this one: {objective.title}"),
        _cost_and_latency(report),
        *(_bars(report, by_title[title], title=title) for title in others),
    ]
    return [chart for chart in charts if chart is not None]


def _cost_and_latency(report: JobReport) -> Chart | None:
    count = len(points_of(report))
    if not count:
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
            f"{count} results by latency and {cost_title(report)}; lower and further left is better. Best: "
            f"{', '.join(result.label for result in winners) or 'none'}. On the Pareto front, where no other result is "
            f"both cheaper and faster: {', '.join(result.label for result in front) or 'none'}.{by_constraints}"
        ),
        drawings=[svg(scatter_chart(report, width)) for width in WIDTHS],
    )


def _bars(report: JobReport, figure: Figure, *, title: str) -> Chart | None:
    rows = bar_rows(report, figure)
    if not rows:
        return None
    limit = limit_of(report.constraints, figure)
    text = "" if limit is None else limit_text(limit)
    most = max(rows, key=lambda row: float(row["value"]))
    least = min(rows, key=lambda row: float(row["value"]))
    return Chart(
        name=figure.heading.lower().replace("/", "-").replace(" ", "-").replace("%", "percent").replace(".", ""),
        title=title,
        description=(
            f"{figure.title} of {len(rows)} results; lowest: {least['name']}, {figure.form(least['value'])}; highest: "
            f"{most['name']}, {figure.form(most['value'])}." + (f" The line is the constraint: {text}." if text else "")
        ),
        drawings=[
            svg(
                bar_chart(
                    report,
                    figure,
                    width,
                    limit=None if limit is None else limit.value * figure.scale,
                    limit_text=text.partition(" (")[0],
                )
            )
            for width in WIDTHS
        ],
    )
