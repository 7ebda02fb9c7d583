"""The report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.command_line.output.escaping import escape_html
from inference_recommendations_handler.protocol.contract import EndpointType

from .charts import report_charts
from .figure_text import NO_VALUE, milliseconds, whole
from .why_it_won import OBJECTIVES

if TYPE_CHECKING:
    from .charts import Chart
    from .job_report import JobReport
    from .ranked_results import Result, Section

_SIMULATED: Final = "Simulated: the local AWS made these figures up. They say nothing about your model."
_SORTING: Final = "Press a heading to sort by it."
_KINDS: Final = {EndpointType.REAL_TIME: "Results on instances", EndpointType.SERVERLESS: "Serverless results"}


def report_page(report: JobReport) -> str:
    """Build it. Every value is escaped, and the page's policy lets no script but its own run.

    Raises:
        CommandError: What draws charts isn't installed.
    """
    style, script = _asset("page.css"), _asset("page.js")
    title = escape_html(f"{report.job_name}: inference recommendations")
    own = f"style-src 'unsafe-inline'; script-src 'sha256-{_digest(script)}'; img-src data:"
    policy = f"default-src 'none'; {own}; base-uri 'none'"
    body = [
        *_head(report),
        *(_winner(section) for section in report.sections),
        *(_chart(chart) for chart in report_charts(report)),
        *(_results(report, section) for section in report.sections),
        *_existing_endpoints(report),
        *_failures(report),
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>{title}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            "<main>",
            *body,
            "</main>",
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _head(report: JobReport) -> list[str]:
    lines = [f"<h1>{escape_html(report.job_name)}</h1>"]
    kind = f"{report.job_type} job of SageMaker Inference Recommender"
    status = f"<strong>{escape_html(report.status)}</strong>; {escape_html(str(report.progress))}"
    lines.append(f'<p class="muted">{escape_html(kind)}: {status}.</p>')
    if report.failure_reason:
        lines.append(f'<p class="failure">{escape_html(report.failure_reason)}</p>')
    if report.required:
        lines.append(f'<p class="muted">{escape_html(f"Constraints: {report.constraints.describe()}.")}</p>')
    if report.simulated:
        lines.append(f'<p class="note">{_SIMULATED}</p>')
    if not report.results:
        text = "The job has no results." if report.has_ended else "There are no results yet."
        lines.append(f"<p>{text}</p>")
    return lines


def _winner(section: Section) -> str:
    winner = section.winner
    if winner is None:
        return f'<p class="failure">{escape_html(section.why)}</p>'
    return f'<div class="winner"><strong>{escape_html(winner.label)}</strong><p>{escape_html(section.why)}</p></div>'


def _chart(chart: Chart) -> str:
    wide, narrow = chart.drawings
    heading = f"{chart.name}-heading"
    caption = f"{chart.name}-caption"
    drawings = "".join(
        f'<div class="{name}" role="img" aria-labelledby="{heading}" aria-describedby="{caption}">{drawing}</div>'
        for name, drawing in (("wide", wide), ("narrow", narrow))
    )
    return (
        f'<section><h2 id="{heading}">{escape_html(chart.title)}</h2>'
        f'<figure><figcaption id="{caption}">{escape_html(chart.description)}</figcaption>{drawings}</figure></section>'
    )


def _results(report: JobReport, section: Section) -> str:
    name = f"{section.endpoint_type.value.lower()}-results"
    best = "highest" if report.objective.value == "MaxInvocations" else "lowest"
    caption = " ".join(filter(None, [f"The {best} {OBJECTIVES[report.objective]} first.", report.latency_unit.note]))
    headings = [
        _heading("Rank", "number", sort="ascending"),
        _heading("Endpoint", "text"),
        *(_heading(figure.title, "number") for figure in report.figures),
        _heading("Pareto front", "text"),
    ]
    rows = "\n".join(_row(report, result) for result in section.results)
    return (
        f'<section><h2 id="{name}">{_KINDS[section.endpoint_type]}</h2>'
        f'<p class="muted">{caption} {_SORTING}</p>'
        '<p class="hidden" role="status"></p>'
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{name}">'
        f'<table data-sorts aria-labelledby="{name}"><thead><tr>{"".join(headings)}</tr></thead>'
        f"<tbody>\n{rows}\n</tbody></table></div></section>"
    )


def _heading(title: str, kind: str, *, sort: str | None = None) -> str:
    sorted_by = f' aria-sort="{sort}"' if sort else ""
    return (
        f'<th scope="col" class="{kind}" data-kind="{kind}"{sorted_by}>'
        f'<button type="button">{escape_html(title)}</button></th>'
    )


def _row(report: JobReport, result: Result) -> str:
    found = result.candidate
    rank = "" if result.rank is None else str(result.rank)
    place = "rejected" if result.unmet else result.place or NO_VALUE
    details = [f"{key}={value}" for key, value in result.variation.items()] + list(result.unmet)
    lines = "".join(f"<span>{escape_html(line)}</span>" for line in details)
    figures = ""
    for figure in report.figures:
        value = figure.value(found)
        figures += _cell("" if value is None else repr(value), figure.text(found))
    front = "yes" if result.on_front else "no"
    row = '<tr class="best">' if result.rank == 1 else '<tr class="rejected">' if result.unmet else "<tr>"
    return (
        f"{row}"
        f"{_cell(rank, f'{place} best' if result.rank == 1 else place)}"
        f'<th scope="row" class="text" data-value="{escape_html(result.label)}">{escape_html(found.label)}{lines}</th>'
        f"{figures}"
        f'<td class="text" data-value="{front}">{front}</td></tr>'
    )


def _cell(value: str, text: str) -> str:
    return f'<td data-value="{escape_html(value)}">{escape_html(text)}</td>'


def _existing_endpoints(report: JobReport) -> list[str]:
    lines = []
    for endpoint in report.existing_endpoints:
        requests = NO_VALUE if endpoint.max_invocations is None else whole(endpoint.max_invocations)
        latency = NO_VALUE if endpoint.model_latency_ms is None else f"{milliseconds(endpoint.model_latency_ms)} ms"
        text = f"{endpoint.endpoint_name}: {requests} requests a minute, latency {latency}."
        lines.append(f"<section><h2>Existing endpoint</h2><p>{escape_html(text)}</p></section>")
    return lines


def _failures(report: JobReport) -> list[str]:
    if not report.failed_steps:
        return []
    items = "".join(
        f"<li><strong>{escape_html(', '.join(failed.benchmarks))}</strong>: {escape_html(failed.reason)}</li>"
        for failed in report.failed_steps
    )
    return [f"<section><h2>Failed benchmarks</h2><ul>{items}</ul></section>"]


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
