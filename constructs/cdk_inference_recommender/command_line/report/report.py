"""`inference-recommender report`: what a job has measured, and which result wins."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.command_line.aws_options import aws_options
from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.job_reference import add_job, find_job
from cdk_inference_recommender.command_line.output.escaping import escape_text
from cdk_inference_recommender.command_line.output.output_options import is_for_person, output_options, print_document
from cdk_inference_recommender.command_line.output.progress_display import ProgressDisplay
from cdk_inference_recommender.command_line.output.terminal_color import colored_console
from cdk_inference_recommender.command_line.recommendations_job import add_poll_interval, read_tags, wait_for_end
from inference_recommendations_handler.protocol.contract import ObjectiveName
from inference_recommendations_handler.recommendation.choosing import NoChoiceError

from .constraint_options import add_constraints, parse_constraints
from .document import report_document
from .job_report import JobReport
from .page import report_page
from .tables import print_report
from .traffic_cost import add_traffic

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob


def add_report(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "report",
        parents=[aws_options(), output_options()],
        help="show what a job has measured",
        description=(
            "Wait for a job, then show its results, the best first and why it won, and why benchmarks failed. Ctrl-C "
            "ends the waiting, not the job. Exit code: 0 if the job has completed or, with --no-wait, still runs; "
            "1 if it failed or was stopped, or no result can be chosen; 2 if it can't be read."
        ),
    )
    add_job(parser)
    parser.add_argument(
        "--optimize-for",
        choices=[objective.value for objective in ObjectiveName],
        default=ObjectiveName.COST_PER_INFERENCE.value,
        help="objective that results are sorted by; default: %(default)s",
    )
    parser.add_argument("--no-wait", action="store_true", help="show the results so far")
    parser.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="also write a page with charts, which needs no network; needs the extra `html`",
    )
    add_traffic(parser)
    add_poll_interval(parser)
    add_constraints(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    constraints = parse_constraints(arguments)
    client, job = find_job(arguments)
    if not job.description.get("InputConfig", {}).get("Endpoints"):
        # Reports a constraint on an endpoint that the job doesn't measure before the wait.
        _report(job, arguments, constraints)
    if not job.has_ended and not arguments.no_wait:
        try:
            with ProgressDisplay(arguments.color) as display:
                job = wait_for_end(client, job, poll_seconds=arguments.poll_interval, show=display.show)
        except KeyboardInterrupt:
            print(
                f"Stopped waiting. The job continues to run and is charged for. To end it: inference-recommender stop "
                f"{escape_text(job.name)}",
                file=sys.stderr,
            )
            raise
    report = _report(job, arguments, constraints, tags=read_tags(client, job))
    if arguments.html is not None:
        _write(arguments.html, report_page(report))
    if not is_for_person(arguments):
        print_document(report_document(report), arguments)
    else:
        # In one piece: where a pipe is closed, rich would end the process with the exit code of a failed job.
        console = colored_console(arguments.color)
        with console.capture() as captured:
            print_report(console, report)
        print(captured.get(), end="")
    return 1 if report.nothing_can_be_chosen or (job.has_ended and job.status != "COMPLETED") else 0


def _report(
    job: RecommendationsJob,
    arguments: argparse.Namespace,
    constraints: dict[str, Any],
    *,
    tags: Mapping[str, str] | None = None,
) -> JobReport:
    objective = ObjectiveName(arguments.optimize_for)
    try:
        return JobReport.of(
            job,
            objective=objective,
            required=constraints,
            now=datetime.now(UTC),
            traffic=arguments.traffic,
            tags=tags or {},
        )
    except NoChoiceError as error:
        raise CommandError(str(error)) from error


def _write(file: Path, page: str) -> None:
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file} can't be written: {error.strerror}. Give --html another path.") from error
    print(f"The page is {escape_text(str(file))}", file=sys.stderr)
