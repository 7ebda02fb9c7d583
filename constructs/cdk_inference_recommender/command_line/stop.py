"""`inference-recommender stop`: ends a job that is charged for."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from cdk_inference_recommender.command_line.output.escaping import escape_text
from cdk_inference_recommender.command_line.output.output_options import is_for_person, output_options, print_document
from cdk_inference_recommender.command_line.output.progress_display import ProgressDisplay

from .aws_error import code_of, message_of
from .aws_options import aws_options
from .command_error import CommandError
from .job_reference import add_job, find_job
from .recommendations_job import add_poll_interval, read_job, read_tags, wait_for_end
from .stop_summary import StopSummary

if TYPE_CHECKING:
    import argparse

    from types_boto3_sagemaker import SageMakerClient

    from .recommendations_job import RecommendationsJob

_YES: Final = frozenset({"y", "yes"})


def add_stop(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "stop",
        parents=[aws_options(), output_options()],
        help="stop a job that runs",
        description=(
            "Show what would be stopped, ask for confirmation, stop the job and wait until it has stopped. Exit code: "
            "0 if the job is stopped or had ended before; 1 if you decline; 2 if it can't be stopped, or if standard "
            "input is not a terminal and --yes isn't given."
        ),
    )
    add_job(parser)
    parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    add_poll_interval(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    client, job = find_job(arguments)
    before = _summary(client, job)
    if job.has_ended:
        _tell(before, before, f"Job {job.name} is {job.status}: there is nothing to stop.", arguments=arguments)
        return 0
    print("\n".join(map(escape_text, before.before())), file=sys.stderr)
    if not job.is_ending:
        if not arguments.yes and not _agreed(job):
            print("Nothing was stopped.", file=sys.stderr)
            return 1
        _stop(client, job)
    try:
        with ProgressDisplay(arguments.color) as display:
            job = wait_for_end(
                client, read_job(client, job.name), poll_seconds=arguments.poll_interval, show=display.show
            )
    except KeyboardInterrupt:
        print("Stopped waiting. SageMaker continues to stop the job.", file=sys.stderr)
        raise
    after = _summary(client, job)
    _tell(after, before, f"Job {job.name} is {job.status}. {after.saved(before)}", arguments=arguments)
    return 0


def _agreed(job: RecommendationsJob) -> bool:
    """Ask for confirmation.

    Raises:
        CommandError: Standard input isn't a terminal.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise CommandError(
            f"Cannot ask for confirmation to stop {job.name} because standard input is not a terminal. Give --yes."
        )
    print("Stop it? It can't be resumed. [y/N] ", end="", flush=True, file=sys.stderr)
    try:
        return sys.stdin.readline().strip().lower() in _YES
    except KeyboardInterrupt:
        print("\nNothing was stopped.", file=sys.stderr)
        raise


def _stop(client: SageMakerClient, job: RecommendationsJob) -> None:
    """Stop the job.

    Raises:
        CommandError: The service rejects the request although the job hasn't ended.
    """
    try:
        client.stop_inference_recommendations_job(JobName=job.name)
    except ClientError as error:
        # The service responds like this when the job has ended since it was described.
        if code_of(error) != "ValidationException" or "non-running" not in message_of(error).lower():
            raise
        now = read_job(client, job.name)
        if not (now.has_ended or now.is_ending):
            raise CommandError(
                f"SageMaker doesn't stop {job.name}, which is {now.status} and may cost money: {message_of(error)} "
                "Stop it in the console, or try again."
            ) from error


def _summary(client: SageMakerClient, job: RecommendationsJob) -> StopSummary:
    return StopSummary.of(job, tags=read_tags(client, job), now=datetime.now(UTC))


def _tell(after: StopSummary, before: StopSummary, sentence: str, *, arguments: argparse.Namespace) -> None:
    if is_for_person(arguments):
        print(escape_text(sentence))
        return
    saved = after.saved_time(before) if after is not before else None
    document = {
        "Version": 1,
        "JobName": after.job_name,
        "Status": after.status,
        "ElapsedSeconds": round(after.progress.elapsed.total_seconds()),
        "BenchmarksDone": after.progress.done,
        "BenchmarksSaved": before.progress.remaining if after is not before and after.status == "STOPPED" else 0,
        "SecondsSaved": None if saved is None else round(saved.total_seconds()),
        "Results": after.results,
    }
    print_document(document, arguments)
