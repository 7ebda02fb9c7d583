"""What the tests do with the CDK CLI and look up afterwards."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.conftest import CliResult, LocalAws


def deploy(aws: LocalAws, app: Path, *arguments: str) -> CliResult:
    return aws.cdk("deploy", "--all", "--require-approval", "never", *arguments, app=app)


def destroy(aws: LocalAws, app: Path) -> None:
    destroyed = aws.cdk("destroy", "--all", "--force", app=app)
    assert destroyed.code == 0, destroyed.output


def delete(aws: LocalAws, stack: str) -> None:
    """Delete a stack through the API: without the CLI's pauses."""
    client = aws.client("cloudformation")
    stack_id = client.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    client.delete_stack(StackName=stack_id)
    aws.wait_for_stack(stack_id)
    [deleted] = client.describe_stacks(StackName=stack_id)["Stacks"]
    assert deleted["StackStatus"] == "DELETE_COMPLETE"


def job_status(aws: LocalAws, name: str) -> str:
    status: str = aws.client("sagemaker").describe_inference_recommendations_job(JobName=name)["Status"]
    return status


def requests_of(aws: LocalAws, stack: str) -> list[dict[str, Any]]:
    return [request for request in aws.received_jobs() if request["JobName"].startswith(f"{stack.lower()}-job")]


def until(happened: Callable[[], bool], *, seconds: float = 120, pause: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(pause)
