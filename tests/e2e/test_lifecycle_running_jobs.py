"""What happens to a job that runs: it is stopped by somebody, overtaken by a change, or ends as its wait stage does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Duration

from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS

from .applications import FIVE_HOURS
from .commands import until

if TYPE_CHECKING:
    from .lifecycle_stack import LifecycleStack

pytestmark = pytest.mark.e2e

DEFAULT_JOB_SECONDS = 45 * 60


def test_a_job_that_somebody_stops_is_accepted_with_the_results_there_are(stack: LifecycleStack) -> None:
    service = stack.aws.client("sagemaker")
    with stack.in_real_time(speed=600):
        stack.deploy(wait=False, accept_stopped=True, **FIVE_HOURS)
        until(lambda: bool(stack.requests))
        [job] = stack.requests
        until(lambda: bool(service.list_inference_recommendations_job_steps(JobName=job, Status="COMPLETED")["Steps"]))
        service.stop_inference_recommendations_job(JobName=job)
    assert stack.wait() == "CREATE_COMPLETE", stack.reasons()
    assert stack.job(job)["Status"] == "STOPPED"
    assert stack.outputs["JobName"] == job


def test_a_change_of_what_is_measured_stops_the_job_that_still_runs(stack: LifecycleStack) -> None:
    stack.order("fail-resource", resource="JobWait1*", operation="create")
    with stack.in_real_time():
        assert stack.deploy(disable_rollback=True, **FIVE_HOURS) == "CREATE_FAILED"
        [old] = stack.requests
        assert stack.job(old)["Status"] in {"PENDING", "IN_PROGRESS"}
        stack.deploy(wait=False, disable_rollback=True, rerun_nonce="2")
        until(lambda: len(stack.requests) == 2)
    assert stack.wait() == "UPDATE_COMPLETE", stack.reasons()
    assert stack.job(old)["Status"] == "STOPPED"
    assert stack.requests == [old, stack.outputs["JobName"]], "one job for each request"


def test_jobs_that_end_in_the_second_in_which_their_stage_hands_over_are_not_missed(stack: LifecycleStack) -> None:
    # A wait stage is requested a second or so after its job, so that one of these ends when its wait stage does.
    numbers = range(3)
    for number in numbers:
        prefix = f"{stack.jobs[:-1]}job{number or ''}-*"
        stack.order("slow-job", job=prefix, seconds=WAIT_STAGE_SECONDS - DEFAULT_JOB_SECONDS + number)
    assert stack.deploy(jobs=len(numbers), timeout=Duration.seconds(2 * WAIT_STAGE_SECONDS)) == "CREATE_COMPLETE", (
        stack.reasons()
    )
    machines = stack.aws.client("stepfunctions")
    machine = stack.resource("AWS::StepFunctions::StateMachine")["PhysicalResourceId"]
    apart = []
    for execution in machines.list_executions(stateMachineArn=machine)["executions"]:
        event = json.loads(machines.describe_execution(executionArn=execution["executionArn"])["input"])["event"]
        if event["ResourceProperties"].get("Stage") == "1":
            ended = stack.job(event["ResourceProperties"]["JobName"])["CompletionTime"].timestamp()
            apart.append(ended - (event["RequestedAt"] + WAIT_STAGE_SECONDS))
    assert len(apart) == len(numbers)
    assert min(abs(seconds) for seconds in apart) < 1, apart
    assert len(stack.requests) == len(numbers)
