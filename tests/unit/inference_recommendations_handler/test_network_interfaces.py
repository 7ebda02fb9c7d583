from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.errors import OutOfTimeError
from inference_recommendations_handler.network_interfaces import any_left

OPERATION = "DescribeNetworkInterfaces"


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (ClientError({"Error": {"Code": "UnauthorizedOperation"}}, OPERATION), False),
        (ClientError({"Error": {"Code": "RequestLimitExceeded"}}, OPERATION), True),
        (OutOfTimeError(operation=OPERATION), True),
    ],
    ids=["never seen", "throttled", "no time"],
)
def test_what_cannot_be_seen_for_now_may_be_left(error: Exception, left: bool) -> None:
    def fail(**_: Any) -> None:
        raise error

    client: Any = SimpleNamespace(describe_network_interfaces=fail)
    assert any_left({"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}, client) is left
