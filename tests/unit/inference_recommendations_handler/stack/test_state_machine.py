from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget, RemainingTime
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from inference_recommendations_handler.stack.execution_state import ExecutionState, Task
from inference_recommendations_handler.stack.state_machine import StateMachine
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

EVENT = CustomResourceEvent.parse(
    {
        "RequestType": "Create",
        "RequestId": "r",
        "ResponseURL": RESPONSE_URL,
        "StackId": "arn:stack",
        "ResourceType": "Custom::InferenceRecommendationsJob",
        "LogicalResourceId": "Job",
    },
    now=0.0,
)
STATE = ExecutionState(task=Task.CREATE, event=EVENT)


def denied(**_: Any) -> None:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not yet"}}, "StartExecution")


def test_a_denial_is_waited_for_only_as_long_as_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.aws.deadline_budget.time.sleep", slept.append)
    remaining = RemainingTime()
    client: Any = SimpleNamespace(start_execution=denied)
    machine = StateMachine(client=client, arn="arn", budget=DeadlineBudget(remaining=remaining, min_remaining=30))
    with remaining.of(lambda: 40.0 - sum(slept)), pytest.raises(ClientError, match="not yet"):
        machine.start("name", STATE)
    assert slept == [2, 4]
    slept.clear()
    with pytest.raises(ClientError, match="not yet"):
        machine.start("name", STATE)
    assert slept == [2, 4, 8]


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", None])
def test_stopping_what_has_ended_meanwhile_passes(status: str | None) -> None:
    stopping(refused_with="ValidationException", status=status).stop("name")


@pytest.mark.parametrize(
    ("code", "status"),
    [("ValidationException", "RUNNING"), ("ThrottlingException", "SUCCEEDED"), ("AccessDeniedException", "SUCCEEDED")],
)
def test_a_stop_that_may_not_have_taken_effect_is_an_error(code: str, status: str) -> None:
    with pytest.raises(ClientError, match=code):
        stopping(refused_with=code, status=status).stop("name")


def stopping(*, refused_with: str, status: str | None) -> StateMachine:
    """Return a machine that refuses to stop an execution of this status; None for one that isn't there."""

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": refused_with, "Message": "not stopped"}}, "StopExecution")

    def describe(**_: Any) -> dict[str, Any]:
        if status is None:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist", "Message": "none"}}, "DescribeExecution")
        return {"status": status}

    client: Any = SimpleNamespace(stop_execution=refuse, describe_execution=describe)
    return StateMachine(client=client, arn="arn", budget=DeadlineBudget(remaining=RemainingTime(), min_remaining=30))
