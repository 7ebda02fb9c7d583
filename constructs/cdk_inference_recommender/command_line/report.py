"""`inference-recommender report`: what a job has measured, and which result wins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cdk_inference_recommender.command_line.aws_options import aws_options, sagemaker_client
from inference_recommendations_handler.choosing import Candidate, number, rank
from inference_recommendations_handler.contract import CHOICE_VERSION, EndpointType, ObjectiveName

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from types_boto3_sagemaker import SageMakerClient

_RUNNING: Final = frozenset({"PENDING", "IN_PROGRESS", "STOPPING"})
_COMPLETED: Final = "COMPLETED"
_SIMULATED: Final = "/sim"
"""How the ids of the local AWS's results go on after the job's name."""


def add_report(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "report",
        parents=[aws_options()],
        help="show what a job has measured",
        description="Show a job's status, its benchmarks and its results, the best first.",
    )
    parser.add_argument("job_name", metavar="JOB", help="name of the job")
    parser.add_argument(
        "--optimize-for",
        choices=[objective.value for objective in ObjectiveName],
        default=ObjectiveName.COST_PER_INFERENCE.value,
        help="by which measure results are sorted; default: %(default)s",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    client = sagemaker_client(arguments)
    job: Mapping[str, Any] = client.describe_inference_recommendations_job(JobName=arguments.job_name)
    steps = _steps(client, arguments.job_name)
    if arguments.output == "json":
        document = {"Job": {**job, "ResponseMetadata": None}, "Steps": steps}
        print(json.dumps(_without_nan(document), default=str, indent=2))
    else:
        _print_tables(job, steps, ObjectiveName(arguments.optimize_for))
    return 0 if job["Status"] in _RUNNING | {_COMPLETED} else 1


def _steps(client: SageMakerClient, job_name: str) -> list[Mapping[str, Any]]:
    pages = client.get_paginator("list_inference_recommendations_job_steps").paginate(JobName=job_name)
    return [step for page in pages for step in page["Steps"]]


def _print_tables(job: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], objective: ObjectiveName) -> None:
    console = Console(highlight=False)
    reason = f": {job['FailureReason']}" if job.get("FailureReason") else ""
    console.print(Text(f"Job {job['JobName']}, {job['JobType']}: {job['Status']}{reason}", style="bold"))
    results = job.get("InferenceRecommendations") or []
    for endpoint_type in EndpointType:
        ranked = rank(results, endpoint_type=endpoint_type, objective=objective, version=CHOICE_VERSION)
        if ranked:
            console.print(_results(ranked, endpoint_type, objective))
    failed = [step for step in steps if step.get("Status") == "FAILED"]
    for step in failed:
        benchmark = step.get("InferenceBenchmark") or {}
        console.print(Text(f"A benchmark failed: {benchmark.get('FailureReason', 'no reason given')}", style="red"))
    if job["Status"] in _RUNNING:
        done = sum(step.get("Status") == _COMPLETED for step in steps)
        console.print(f"{done} of {len(steps)} benchmarks done so far, {len(failed)} failed.")


def _results(ranked: Sequence[Candidate], endpoint_type: EndpointType, objective: ObjectiveName) -> Table:
    simulated = all(_SIMULATED in (found.recommendation_id or "") for found in ranked)
    kind = "on instances" if endpoint_type is EndpointType.REAL_TIME else "serverless"
    table = Table(
        title=f"{'Simulated results' if simulated else 'Results'} {kind}, best {objective.value} first",
        title_justify="left",
        # Without lines it fits 80 columns.
        box=None,
        padding=(0, 2, 0, 0),
    )
    table.add_column("")
    table.add_column("Endpoint", no_wrap=True)
    # The service's documents disagree on the latency's unit: it is shown as it comes.
    for heading in ("USD/hour", "USD/million", "Req/min", "Latency", "CPU %", "Mem %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for position, found in enumerate(ranked):
        metrics = found.metrics
        table.add_row(
            "best" if position == 0 else "",
            found.label,
            _figure(metrics.cost_per_hour, ".3f"),
            _figure(_per_million(metrics.cost_per_inference), ".3f"),
            _figure(metrics.max_invocations, ".0f"),
            _figure(metrics.model_latency, ".0f"),
            _figure(metrics.cpu_utilization, ".0f"),
            _figure(metrics.memory_utilization, ".0f"),
            style="bold green" if position == 0 else None,
        )
    return table


def _per_million(cost_per_inference: float | None) -> float | None:
    return None if cost_per_inference is None else cost_per_inference * 1_000_000


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _without_nan(value: Any) -> Any:
    """NaN isn't JSON, and the service means by it that there is no value."""
    match value:
        case dict():
            return {key: _without_nan(member) for key, member in value.items() if key != "ResponseMetadata"}
        case list():
            return [_without_nan(member) for member in value]
        case float():
            return number(value)
        case _:
            return value
