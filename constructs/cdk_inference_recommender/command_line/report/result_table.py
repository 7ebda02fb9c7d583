"""The results of one kind of endpoint as a table in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.padding import Padding
from rich.text import Text

from cdk_inference_recommender.command_line.output.escaping import escape_text
from cdk_inference_recommender.command_line.output.fitted_table import Column, FittedTable
from inference_recommendations_handler.protocol.contract import EndpointType
from inference_recommendations_handler.recommendation.choosing import HIGHEST_IS_BEST

from .why_it_won import OBJECTIVES

if TYPE_CHECKING:
    from rich.console import Console

    from .job_report import JobReport
    from .ranked_results import Result, Section

_MARK_DROP_ORDER: Final = 100
"""The mark goes last: the results' order and the sentence below the table say the same."""


def print_results(console: Console, report: JobReport, section: Section) -> None:
    """Print the table, whose first columns are the mark, the endpoint and the figure that ranks.

    Endpoint and ranking figure always stay. Of the other columns as many stay as fit; the rest are named.

    Args:
        console: The terminal.
        report: The report that the section is part of.
        section: Its results.
    """
    kind = "on instances" if section.endpoint_type is EndpointType.REAL_TIME else "serverless"
    made_up = "Simulated results" if report.simulated else "Results"
    order = "highest" if report.objective in HIGHEST_IS_BEST else "lowest"
    console.print(Text(f"{made_up} {kind}, {order} {OBJECTIVES[report.objective]} first", style="italic"))
    table = FittedTable.of(_columns(report, section), width=console.width)
    headings, *rows = table.lines
    console.print(Text(headings, style="bold"), soft_wrap=True)
    for result, row in zip(section.results, rows, strict=True):
        style = "bold green" if result.rank == 1 else ""
        console.print(Text(row, style=style), soft_wrap=True)
        for name, value in result.variation.items():
            console.print(Padding(Text(escape_text(f"{name}={value}"), style=style), (0, 0, 0, 4)))
    if table.dropped:
        console.print(
            Text(
                f"Not shown in {console.width} columns: {', '.join(table.dropped)}. A wider terminal and --output json "
                "show all.",
                style="dim",
            )
        )


def _columns(report: JobReport, section: Section) -> list[Column]:
    results = section.results
    marks = Column(heading="", cells=[_mark(result) for result in results], drop_order=_MARK_DROP_ORDER)
    labels = [escape_text(result.candidate.label) for result in results]
    figures = [
        Column(
            heading=figure.heading,
            cells=[figure.text(result.candidate) for result in results],
            is_figure=True,
            drop_order=None if figure.objective is report.objective else len(report.figures) - 1 - place,
        )
        for place, figure in enumerate(report.figures)
    ]
    return [marks, Column(heading="Endpoint", cells=labels), *figures]


def _mark(result: Result) -> str:
    return "best" if result.rank == 1 else "no" if result.unmet else ""
