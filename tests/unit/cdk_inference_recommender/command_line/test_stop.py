"""What `inference-recommender stop` makes of a job's status, one that is newer than this release included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.stop import _stop
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import CREATED, job, running_job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_sagemaker import SageMakerClient

STOP = "stop_inference_recommendations_job"
STATUSES = {
    "PENDING": (False, False),
    "IN_PROGRESS": (False, False),
    "QUEUED_FOR_CAPACITY": (False, False),
    "STOPPING": (False, True),
    "DELETING": (False, True),
    "COMPLETED": (True, False),
    "FAILED": (True, False),
    "STOPPED": (True, False),
    "DELETED": (True, False),
}


@pytest.fixture
def client() -> SageMakerClient:
    return boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def service(client: SageMakerClient) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def refuse(service: Stubber, *, then: str) -> None:
    service.add_client_error(STOP, "ValidationException", "Cannot stop the non-running job job")
    found = {
        "JobName": "job",
        "JobType": "Default",
        "JobArn": "arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/job",
        "RoleArn": "arn:aws:iam::123456789012:role/recommender",
        "Status": then,
        "CreationTime": CREATED,
        "LastModifiedTime": CREATED,
        "InputConfig": {},
    }
    service.add_response("describe_inference_recommendations_job", found)
    service.add_response("list_inference_recommendations_job_steps", {"Steps": []})


@pytest.mark.parametrize("status", STATUSES)
def test_a_job_has_ended_only_in_a_status_that_is_known_to_be_its_end(status: str) -> None:
    found = job(Status=status)
    assert (found.has_ended, found.is_ending) == STATUSES[status]


@pytest.mark.parametrize("status", ["COMPLETED", "STOPPING"])
def test_a_job_that_ends_by_itself_needs_no_stopping(client: SageMakerClient, service: Stubber, status: str) -> None:
    refuse(service, then=status)
    _stop(client, running_job())


def test_a_job_that_the_service_refuses_to_stop_and_that_has_not_ended_is_named(
    client: SageMakerClient, service: Stubber
) -> None:
    refuse(service, then="PAUSED")
    with pytest.raises(CommandError, match=r"^SageMaker doesn't stop job, which is PAUSED and may cost money: "):
        _stop(client, running_job())


def test_another_refusal_is_raised(client: SageMakerClient, service: Stubber) -> None:
    service.add_client_error(STOP, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        _stop(client, running_job())
