from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.aws.errors import OutOfTimeError
from inference_recommendations_handler.inference_job.network_interfaces import any_left
from inference_recommendations_handler.inference_job.service import InferenceRecommendationsJobs
from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot, JobState

OPERATION = "DescribeNetworkInterfaces"


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (ClientError({"Error": {"Code": "UnauthorizedOperation"}}, OPERATION), False),
        (ClientError({"Error": {"Code": "RequestLimitExceeded"}}, OPERATION), True),
        (ClientError({"Error": {"Code": "RequestExpired"}}, OPERATION), True),
        (ClientError({"Error": {"Code": "InvalidParameterValue"}}, OPERATION), False),
        (OutOfTimeError(operation=OPERATION), True),
    ],
    ids=["never seen", "throttled", "credentials not accepted", "never to be seen", "no time"],
)
def test_what_cannot_be_seen_for_now_may_be_left(error: Exception, left: bool) -> None:
    def fail(**_: Any) -> None:
        raise error

    clients: Any = SimpleNamespace(ec2=SimpleNamespace(describe_network_interfaces=fail))
    assert any_left({"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}, clients) is left


@pytest.mark.parametrize(
    "vpc_config",
    [{}, {"SecurityGroupIds": ["sg-1"]}, {"Subnets": ["subnet-1"]}, {"SecurityGroupIds": [], "Subnets": ["subnet-1"]}],
)
def test_without_a_vpc_there_is_no_client_of_ec2(vpc_config: dict[str, list[str]]) -> None:
    def create(service: str) -> None:
        pytest.fail(f"A client of {service} takes a fifth of the time of a deletion")

    description = {"InputConfig": {"VpcConfig": vpc_config}}
    job = JobSnapshot(
        name="job",
        arn="arn",
        state=JobState.COMPLETED,
        status="COMPLETED",
        created_at=0,
        ended_at=1,
        description=description,
    )
    assert InferenceRecommendationsJobs.of(Clients(create)).has_leftovers(job, now=2) is False


@pytest.mark.parametrize("interfaces", [[], [{"NetworkInterfaceId": "eni-1"}]])
def test_only_interfaces_of_the_jobs_groups_and_subnets_count(interfaces: list[dict[str, str]]) -> None:
    calls: list[Any] = []

    def describe(**request: Any) -> dict[str, Any]:
        calls.append(request)
        return {"NetworkInterfaces": interfaces}

    clients: Any = SimpleNamespace(ec2=SimpleNamespace(describe_network_interfaces=describe))
    assert any_left({"SecurityGroupIds": ["sg-1", "sg-2"], "Subnets": ["subnet-1"]}, clients) is bool(interfaces)
    assert calls == [
        {
            "Filters": [
                {"Name": "group-id", "Values": ["sg-1", "sg-2"]},
                {"Name": "subnet-id", "Values": ["subnet-1"]},
            ]
        }
    ]
