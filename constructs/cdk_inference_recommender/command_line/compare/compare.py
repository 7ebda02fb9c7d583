"""`inference-recommender compare`: jobs side by side, for example the same model before and after a change."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cdk_inference_recommender.command_line.aws_options import aws_options
from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.job_reference import JobReference, find_job
from cdk_inference_recommender.command_line.output.escaping import escape_text
from cdk_inference_recommender.command_line.output.fitted_table import Column, FittedTable
from cdk_inference_recommender.command_line.output.output_options import is_for_person, output_options, print_document
from cdk_inference_recommender.command_line.report.figure_text import NO_VALUE, compared, percent
from inference_recommendations_handler.protocol.contract import ObjectiveName

from .comparison import Comparison

if TYPE_CHECKING:
    from .comparison import Row

_FEWEST_JOBS = 2


def add_compare(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "compare",
        parents=[aws_options(), output_options()],
        help="show the results of several jobs side by side",
        description=(
            "Show what jobs have measured on each instance type, side by side, and how they differ from the first one. "
            "Where a job has several results on one instance type, the best is compared. Exit code: 0; 1 with "
            "--fail-on-regression if a job is worse than the first one; 2 if a job can't be read or the first one has "
            "no results."
        ),
    )
    parser.add_argument("jobs", metavar="JOB", nargs="+", type=JobReference.parse, help="names or ARNs, two or more")
    parser.add_argument(
        "--optimize-for",
        choices=[objective.value for objective in ObjectiveName],
        default=ObjectiveName.COST_PER_INFERENCE.value,
        help="objective that selects among results on one instance type; default: %(default)s",
    )
    parser.add_argument(
        "--fail-on-regression",
        type=_tolerance,
        metavar="PERCENT",
        help=(
            "exit with 1 if a cost, a latency or a throughput is worse than the first job's by more than this, such as "
            "10%%, or is missing"
        ),
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if len(arguments.jobs) < _FEWEST_JOBS:
        raise CommandError("compare needs two jobs or more. Give the names or ARNs of others.")
    found = [find_job(argparse.Namespace(**{**vars(arguments), "job": job}))[1] for job in arguments.jobs]
    comparison = Comparison.of(found, objective=ObjectiveName(arguments.optimize_for))
    tolerance: float | None = arguments.fail_on_regression
    if not any(row.values[0] is not None for row in comparison.rows):
        raise CommandError(f"{comparison.jobs[0]} has no results to compare with. Give a job that has first.")
    worse = [] if tolerance is None else comparison.regressions(tolerance)
    if is_for_person(arguments):
        print("\n".join(_lines(comparison, Console().width)))
        for job, row in worse:
            print(escape_text(_regression(comparison, job, row)))
        if tolerance is not None and not worse:
            print(f"No figure is worse by more than {percent(tolerance)}.")
    else:
        print_document(comparison.document(tolerance), arguments)
    return 1 if worse else 0


def _lines(comparison: Comparison, width: int) -> list[str]:
    rows = comparison.rows
    columns = [
        Column(heading="Endpoint", cells=[escape_text(row.endpoint) for row in rows]),
        Column(heading="Figure", cells=[row.figure.title for row in rows]),
    ]
    for place in range(len(comparison.jobs)):
        columns.append(Column(heading=f"Job {place + 1}", cells=[_cell(row, place) for row in rows], is_figure=True))
        if place:
            columns.append(
                Column(
                    heading="Change",
                    cells=[_change(row, place) for row in rows],
                    is_figure=True,
                    drop_order=len(columns),
                )
            )
    table = FittedTable.of(columns, width=width)
    names = [f"Job {place + 1}: {escape_text(name)}" for place, name in enumerate(comparison.jobs)]
    return [*names, *table.lines]


def _cell(row: Row, place: int) -> str:
    value = row.values[place]
    return NO_VALUE if value is None else row.figure.form(value)


def _change(row: Row, place: int) -> str:
    first, value = row.values[0], row.values[place]
    return NO_VALUE if not first or value is None else compared(value, first).removesuffix(" than").removesuffix(" as")


def _regression(comparison: Comparison, job: str, row: Row) -> str:
    place = list(comparison.jobs).index(job, 1)
    value = row.figure.phrase(row.values[place])
    first = row.figure.phrase(row.values[0])
    if row.values[place] is None:
        return f"Regression: {job} has no {row.figure.title} on {row.endpoint}, where {comparison.jobs[0]} has {first}."
    change = _change(row, place)
    return f"Regression: {job} has {value} on {row.endpoint}, {change}, where {comparison.jobs[0]} has {first}."


def _tolerance(text: str) -> float:
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        value = -1
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage such as 10%, 0 or more")
    return value / 100
