"""Waiting for a job, and what the waiting survives."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob, poll_interval, wait_for_end
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import CREATED, running_job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_sagemaker import SageMakerClient

DESCRIBE = "describe_inference_recommendations_job"
STEPS = "list_inference_recommendations_job_steps"
COMPLETED = {
    "JobName": "job",
    "JobType": "Default",
    "JobArn": "arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/job",
    "RoleArn": "arn:aws:iam::123456789012:role/recommender",
    "Status": "COMPLETED",
    "CreationTime": CREATED,
    "LastModifiedTime": CREATED,
    "InputConfig": {},
}


@pytest.fixture
def client() -> SageMakerClient:
    return boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def service(client: SageMakerClient) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def wait(client: SageMakerClient) -> RecommendationsJob:
    return wait_for_end(client, running_job(), poll_seconds=7, show=lambda _: None, sleep=lambda _: None)


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 400), ("InternalFailure", 500)])
def test_a_poll_that_fails_does_not_end_the_waiting(
    client: SageMakerClient, service: Stubber, code: str, status: int
) -> None:
    for _ in range(4):
        service.add_client_error(DESCRIBE, code, http_status_code=status)
    service.add_response(DESCRIBE, COMPLETED)
    service.add_response(STEPS, {"Steps": []})
    assert wait(client).status == "COMPLETED"


def test_five_failed_polls_in_a_row_do(client: SageMakerClient, service: Stubber) -> None:
    for _ in range(5):
        service.add_client_error(DESCRIBE, "ThrottlingException")
    with pytest.raises(ClientError, match="ThrottlingException"):
        wait(client)


def test_a_refusal_ends_it_at_once(client: SageMakerClient, service: Stubber) -> None:
    service.add_client_error(DESCRIBE, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        wait(client)


def test_a_job_that_vanishes_ends_it(client: SageMakerClient, service: Stubber) -> None:
    service.add_client_error(DESCRIBE, "ResourceNotFound")
    with pytest.raises(CommandError, match="There is no inference recommendations job 'job' in eu-west-1"):
        wait(client)


def test_a_network_that_comes_back_goes_unnoticed(monkeypatch: pytest.MonkeyPatch, client: SageMakerClient) -> None:
    answers: list[Exception | RecommendationsJob] = [
        EndpointConnectionError(endpoint_url="https://sagemaker"),
        RecommendationsJob(description=COMPLETED, steps=[]),
    ]

    def read_job(*_: object) -> RecommendationsJob:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("cdk_inference_recommender.command_line.recommendations_job.read_job", read_job)
    assert wait(client).has_ended


def test_every_state_is_shown_and_polls_are_spaced(client: SageMakerClient, service: Stubber) -> None:
    service.add_response(DESCRIBE, {**COMPLETED, "Status": "IN_PROGRESS"})
    service.add_response(STEPS, {"Steps": []})
    service.add_response(DESCRIBE, COMPLETED)
    service.add_response(STEPS, {"Steps": []})
    shown: list[str] = []
    slept: list[float] = []
    wait_for_end(client, running_job(), poll_seconds=7, show=lambda job: shown.append(job.status), sleep=slept.append)
    assert shown == ["IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    assert slept == [7, 7]


@pytest.mark.parametrize("text", ["0", "0.9", "3601", "nan", "often"])
def test_a_poll_interval_that_is_none_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"'{text}' is no number of seconds from 1 to 3600"):
        poll_interval(text)
    assert (poll_interval("1"), poll_interval("3600")) == (1, 3600)
