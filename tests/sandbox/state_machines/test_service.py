from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "SecondsPath": "$.seconds", "End": True}}}


def _machine(account: Any, definition: dict[str, Any], *statements: dict[str, Any]) -> str:
    arn: str = account.client("stepfunctions").create_state_machine(
        name=f"machine-{uuid.uuid4().hex[:8]}",
        definition=json.dumps(definition),
        roleArn=account.role("states.amazonaws.com", *statements),
    )["stateMachineArn"]
    return arn


def _start(account: Any, machine: str, *, seconds: int = 60, **options: Any) -> str:
    arn: str = account.client("stepfunctions").start_execution(
        stateMachineArn=machine, input=json.dumps({"seconds": seconds}), **options
    )["executionArn"]
    return arn


def _describe(account: Any, execution: str) -> dict[str, Any]:
    described: dict[str, Any] = account.client("stepfunctions").describe_execution(executionArn=execution)
    return described


def _finished(account: Any, execution: str) -> dict[str, Any]:
    account.until(lambda: _describe(account, execution)["status"] != "RUNNING")
    return _describe(account, execution)


def test_an_execution_waits_on_the_sandbox_s_clock(account: Any) -> None:
    execution = _finished(account, _start(account, _machine(account, WAIT), seconds=1800))
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"]) == {"seconds": 1800}
    assert (execution["stopDate"] - execution["startDate"]).total_seconds() == pytest.approx(1800, abs=5)


def test_without_a_name_every_execution_has_its_own(account: Any) -> None:
    machine = _machine(account, WAIT)
    assert _start(account, machine) != _start(account, machine)


def test_a_name_stays_taken(account: Any) -> None:
    machine = _machine(account, WAIT)
    execution = _start(account, machine, seconds=100_000, name="one")
    assert _start(account, machine, seconds=100_000, name="one") == execution
    with pytest.raises(ClientError) as error:
        _start(account, machine, seconds=5, name="one")
    assert error.value.response["Error"]["Code"] == "ExecutionAlreadyExists"
    account.client("stepfunctions").stop_execution(executionArn=execution)
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        _start(account, machine, seconds=100_000, name="one")


def test_stopping_aborts_and_stopping_again_changes_nothing(account: Any) -> None:
    execution = _start(account, _machine(account, WAIT), seconds=100_000)
    client = account.client("stepfunctions")
    stopped = client.stop_execution(executionArn=execution, cause="enough")["stopDate"]
    described = _describe(account, execution)
    assert (described["status"], described["cause"]) == ("ABORTED", "enough")
    assert client.stop_execution(executionArn=execution)["stopDate"] == stopped


def test_lists_by_status(account: Any) -> None:
    machine = _machine(account, WAIT)
    running, finished = _start(account, machine, seconds=1_000_000), _start(account, machine, seconds=0)
    _finished(account, finished)

    def listed(**options: Any) -> list[str]:
        answer = account.client("stepfunctions").list_executions(stateMachineArn=machine, **options)
        return [item["executionArn"] for item in answer["executions"]]

    assert listed(statusFilter="RUNNING") == [running]
    assert listed(statusFilter="SUCCEEDED") == [finished]
    assert set(listed()) == {running, finished}
    account.client("stepfunctions").delete_state_machine(stateMachineArn=machine)
    assert _describe(account, running)["status"] == "ABORTED"


def test_calls_a_function_if_its_role_may(account: Any, provider: str) -> None:
    task = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": provider, "End": True}}}
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": provider}
    execution = _finished(account, _start(account, _machine(account, task, allowed), seconds=7))
    assert json.loads(execution["output"])["received"] == {"seconds": 7}
    refused = _finished(account, _start(account, _machine(account, task)))
    assert refused["status"] == "FAILED"
    assert "not authorized to perform: lambda:InvokeFunction" in refused["cause"]


def test_a_throttled_function_is_an_error_that_can_be_retried(account: Any, provider: str) -> None:
    retry = [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 2}]
    state = {"Type": "Task", "Resource": provider, "Retry": retry, "End": True}
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": provider}
    machine = _machine(account, {"StartAt": "T", "States": {"T": state}}, allowed)
    account.sandbox.faults.order({"fault": "throttle-function", "function": provider.rsplit(":", 1)[-1], "count": 2})
    assert _finished(account, _start(account, machine))["status"] == "SUCCEEDED"


def test_a_role_that_step_functions_may_not_assume_is_refused(account: Any) -> None:
    with pytest.raises(ClientError, match="is authorized to assume the provided role"):
        account.client("stepfunctions").create_state_machine(
            name="refused", definition=json.dumps(WAIT), roleArn=account.role("lambda.amazonaws.com")
        )


def test_the_history_tells_what_happened(account: Any) -> None:
    execution = _start(account, _machine(account, WAIT), seconds=0)
    _finished(account, execution)
    history = account.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in history] == [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]
