from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.errors import OutOfTimeError
from inference_recommendations_handler.inference_job.network_interfaces import any_left

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

    client: Any = SimpleNamespace(describe_network_interfaces=fail)
    assert any_left({"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}, client) is left


@pytest.mark.parametrize(
    "vpc_config",
    [{}, {"SecurityGroupIds": ["sg-1"]}, {"Subnets": ["subnet-1"]}, {"SecurityGroupIds": [], "Subnets": ["subnet-1"]}],
)
def test_without_a_vpc_ec2_is_not_called(vpc_config: dict[str, list[str]]) -> None:
    def called(**_: Any) -> None:
        pytest.fail("EC2 was called without a filter, which lists every interface of the account")

    client: Any = SimpleNamespace(describe_network_interfaces=called)
    assert any_left(vpc_config, client) is False


@pytest.mark.parametrize("interfaces", [[], [{"NetworkInterfaceId": "eni-1"}]])
def test_only_interfaces_of_the_jobs_groups_and_subnets_count(interfaces: list[dict[str, str]]) -> None:
    calls: list[Any] = []

    def describe(**request: Any) -> dict[str, Any]:
        calls.append(request)
        return {"NetworkInterfaces": interfaces}

    client: Any = SimpleNamespace(describe_network_interfaces=describe)
    assert any_left({"SecurityGroupIds": ["sg-1", "sg-2"], "Subnets": ["subnet-1"]}, client) is bool(interfaces)
    assert calls == [
        {
            "Filters": [
                {"Name": "group-id", "Values": ["sg-1", "sg-2"]},
                {"Name": "subnet-id", "Values": ["subnet-1"]},
            ]
        }
    ]
