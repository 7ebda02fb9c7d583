"""The report in a terminal of any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from cdk_inference_recommender.command_line.output.escaping import escape_text

from .figure_text import existing_endpoint
from .result_table import print_results

if TYPE_CHECKING:
    from rich.console import Console

    from .job_report import JobReport
    from .ranked_results import Section


def print_report(console: Console, report: JobReport) -> None:
    """Print it.

    Args:
        console: Where to.
        report: What.
    """
    _print_heading(console, report)
    for section in report.sections:
        console.print()
        print_results(console, report, section)
        _print_decision(console, section)
    if report.latency_unit.note:
        console.print(Text(report.latency_unit.note, style="dim"))
    if not report.sections and report.status == "COMPLETED":
        console.print(Text("The job has no results."))
    for endpoint in report.existing_endpoints:
        text = f"Existing endpoint {endpoint.endpoint_name}: {existing_endpoint(endpoint)}."
        console.print(_text(text))
    if report.failed_steps:
        console.print()
        console.print(Text("Failed benchmarks", style="bold red"))
        for failed in report.failed_steps:
            same = "as the job" if failed.reason == report.failure_reason else failed.reason
            console.print(_text(f"{', '.join(failed.benchmarks)}: {same}", style="red"))


def _print_heading(console: Console, report: JobReport) -> None:
    reason = f": {report.failure_reason}" if report.failure_reason else ""
    if report.origin.title:
        console.print(_text(report.origin.title, style="bold"))
    console.print(_text(f"Job {report.job_name}, {report.job_type}: {report.status}{reason}", style="bold"))
    details = ", ".join(f"{name} {value}" for name, value in report.origin.details())
    if details:
        console.print(_text(details))
    console.print(_text(_capitalised(f"{report.progress}.")))
    if report.required:
        console.print(_text(f"Constraints: {report.constraints.describe()}."))


def _print_decision(console: Console, section: Section) -> None:
    console.print(_text(section.why, style="bold green" if section.winner else "bold red"))
    decision = section.decision
    for sentence in (*map(str, decision.margins), decision.at_traffic, decision.runner_up):
        if sentence is not None:
            console.print(_text(sentence))
    for result in section.rejected:
        console.print(_text(f"Rejected {result.label}: {', '.join(result.unmet)}."))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(text: str, style: str = "") -> Text:
    return Text(escape_text(text), style=style)
