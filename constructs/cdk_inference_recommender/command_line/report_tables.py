"""The report in a terminal, in 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from cdk_inference_recommender.command_line.escaping import escape_text
from cdk_inference_recommender.command_line.figure_text import FIGURES, NO_VALUE, milliseconds
from cdk_inference_recommender.command_line.why_it_won import OBJECTIVES
from inference_recommendations_handler.contract import EndpointType

if TYPE_CHECKING:
    from rich.console import Console

    from cdk_inference_recommender.command_line.job_report import JobReport, Section


def print_report(console: Console, report: JobReport) -> None:
    """Print it.

    Args:
        console: Where to.
        report: What.
    """
    reason = f": {report.failure_reason}" if report.failure_reason else ""
    console.print(_text(f"Job {report.job_name}, {report.job_type}: {report.status}{reason}", style="bold"))
    console.print(_text(_capitalised(f"{report.progress}.")))
    if report.asked:
        console.print(_text(f"Constraints: {report.constraints}."))
    for section in report.sections:
        console.print()
        console.print(_table(report, section))
        if section.why:
            console.print(_text(section.why, style="bold green" if section.winner else "bold red"))
        for result in section.refused:
            console.print(_text(f"Refused {result.label}: {', '.join(result.unmet)}."))
    if report.latency_unit.note:
        console.print(Text(report.latency_unit.note, style="dim"))
    if not report.sections and report.status == "COMPLETED":
        console.print(Text("The job has no results."))
    for endpoint in report.existing_endpoints:
        requests = "-" if endpoint.max_invocations is None else f"{endpoint.max_invocations:.0f}"
        latency = NO_VALUE if endpoint.model_latency_ms is None else f"{milliseconds(endpoint.model_latency_ms)} ms"
        text = f"Existing endpoint {endpoint.endpoint_name}: {requests} requests a minute, latency {latency}."
        console.print(_text(text))
    if report.failed_steps:
        console.print()
        console.print(Text("Failed benchmarks", style="bold red"))
        for failed in report.failed_steps:
            same = "as the job" if failed.reason == report.failure_reason else failed.reason
            console.print(_text(f"{', '.join(failed.benchmarks)}: {same}", style="red"))


def _table(report: JobReport, section: Section) -> Table:
    kind = "on instances" if section.endpoint_type is EndpointType.REAL_TIME else "serverless"
    made_up = "Simulated results" if report.simulated else "Results"
    order = "highest" if report.objective.value == "MaxInvocations" else "lowest"
    table = Table(
        title=Text(f"{made_up} {kind}, {order} {OBJECTIVES[report.objective]} first"),
        title_justify="left",
        # Without lines it fits 80 columns.
        box=None,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", no_wrap=True)
    longest = max(len(escape_text(result.candidate.label)) for result in section.results)
    table.add_column("Endpoint", min_width=longest, overflow="fold")
    for figure in FIGURES:
        table.add_column(figure.heading, justify="right", no_wrap=True)
    for result in section.results:
        lines = [result.candidate.label, *(f"  {name}={value}" for name, value in result.variation.items())]
        table.add_row(
            "best" if result.rank == 1 else "no" if result.unmet else "",
            Text("\n".join(map(escape_text, lines))),
            *(figure.text(result.candidate.metrics) for figure in FIGURES),
            style="bold green" if result.rank == 1 else None,
        )
    return table


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(text: str, style: str = "") -> Text:
    return Text(escape_text(text), style=style)
