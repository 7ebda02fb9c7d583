"""`inference-recommender list`: the account's jobs, the newest first, and the stacks that started them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cdk_inference_recommender.command_line.aws_options import aws_options, sagemaker_client
from cdk_inference_recommender.command_line.job_origin import JobOrigin
from cdk_inference_recommender.command_line.output.escaping import escape_text
from cdk_inference_recommender.command_line.output.fitted_table import Column, FittedTable
from cdk_inference_recommender.command_line.output.output_options import is_for_person, output_options, print_document
from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob, read_steps, read_tags
from cdk_inference_recommender.command_line.report.figure_text import NO_VALUE, dollars

from .job_cost import JobCost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from types_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True, kw_only=True)
class ListedJob:
    """A job of the account."""

    job: RecommendationsJob
    origin: JobOrigin
    cost: JobCost

    def document(self) -> dict[str, Any]:
        """Return the job in JSON's types."""
        return {
            "JobName": self.job.name,
            "JobType": self.job.description.get("JobType"),
            "Status": self.job.status,
            "Created": self.origin.created,
            "StackName": self.origin.stack,
            "LogicalId": self.origin.logical_id,
            "CostSoFar": self.cost.dollars,
            "BenchmarksOfUnknownCost": self.cost.unknown,
        }


def add_list(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "list",
        parents=[aws_options(), output_options()],
        help="show the account's jobs, their stacks, and what they have cost so far",
        description=(
            "Show the account's jobs in a Region, the newest first: status, the stack that started each, and the cost "
            "so far of the time in which its benchmarks sent requests. The start of endpoints, storage and data "
            "transfer are not included. Exit code: 0; 2 if jobs can't be listed."
        ),
    )
    parser.add_argument("--stack", metavar="NAME", help="only jobs that this stack started, by its name")
    parser.add_argument(
        "--max-items", type=_count, default=50, metavar="NUMBER", help="jobs to show at most; default: %(default)s"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    client = sagemaker_client(arguments)
    listed = list(islice(_jobs(client, arguments.stack, now=datetime.now(UTC)), arguments.max_items))
    if not is_for_person(arguments):
        print_document({"Version": 1, "Jobs": [each.document() for each in listed]}, arguments)
    elif not listed:
        of_stack = f" of the stack {arguments.stack}" if arguments.stack else ""
        print(escape_text(f"There are no inference recommendations jobs{of_stack} in {client.meta.region_name}."))
    else:
        print("\n".join(_lines(listed, Console().width)))
    return 0


def _jobs(client: SageMakerClient, stack: str | None, *, now: datetime) -> Iterator[ListedJob]:
    pages = client.get_paginator("list_inference_recommendations_jobs").paginate(
        SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for summary in page["InferenceRecommendationsJobs"]:
            job = RecommendationsJob(description={**summary}, steps=[])
            origin = JobOrigin.of(job.description, tags=read_tags(client, job))
            if stack is None or origin.stack == stack:
                steps = read_steps(client, job.name)
                yield ListedJob(job=job, origin=origin, cost=JobCost.of(steps, now=now))


def _lines(listed: Sequence[ListedJob], width: int) -> list[str]:
    columns = [
        Column(heading="Job", cells=[escape_text(each.job.name) for each in listed]),
        Column(heading="Status", cells=[escape_text(each.job.status) for each in listed]),
        Column(heading="USD so far", cells=[_cost(each.cost) for each in listed], is_figure=True, drop_order=2),
        Column(heading="Stack", cells=[escape_text(each.origin.stack or NO_VALUE) for each in listed], drop_order=1),
        Column(heading="Created", cells=[each.origin.created or NO_VALUE for each in listed], drop_order=0),
    ]
    table = FittedTable.of(columns, width=width)
    missing = f"Not shown in {width} columns: {', '.join(table.dropped)}." if table.dropped else ""
    least = (
        "+: the price or the time of some benchmarks is unknown." if any(each.cost.unknown for each in listed) else ""
    )
    return [*table.lines, *filter(None, (least, missing))]


def _cost(cost: JobCost) -> str:
    return f"{dollars(cost.dollars)}{'+' if cost.unknown else ''}"


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
    return number
