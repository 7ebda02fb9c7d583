from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.deadline_budget import Allowance, RemainingTime
from inference_recommendations_handler.stack.state_machine import StateMachine


def denied(**_: Any) -> None:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not yet"}}, "StartExecution")


def test_a_denial_is_waited_for_only_as_long_as_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.aws.deadline_budget.time.sleep", slept.append)
    remaining = RemainingTime()
    client: Any = SimpleNamespace(start_execution=denied)
    machine = StateMachine(client=client, arn="arn", allowance=Allowance(remaining=remaining, reserve=30))
    with remaining.of(lambda: 40.0 - sum(slept)), pytest.raises(ClientError, match="not yet"):
        machine.start("name", {})
    assert slept == [2, 4]
    slept.clear()
    with pytest.raises(ClientError, match="not yet"):
        machine.start("name", {})
    assert slept == [2, 4, 8]
