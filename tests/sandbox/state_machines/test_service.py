from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _history(account: Any, execution: str, **options: Any) -> list[dict[str, Any]]:
    client = account.client("stepfunctions")
    events: list[dict[str, Any]] = client.get_execution_history(executionArn=execution, **options)["events"]
    return events


def test_stopping_aborts_and_stopping_again_is_refused(account: Any) -> None:
    execution = _start(account, _machine(account, WAIT), seconds=100_000)
    client = account.client("stepfunctions")
    stopped = client.stop_execution(executionArn=execution, cause="enough", error="Mine")["stopDate"]
    described = _describe(account, execution)
    assert (described["status"], described["cause"], described["error"]) == ("ABORTED", "enough", "Mine")
    with pytest.raises(ClientError, match=r"ValidationException.*is not running"):
        client.stop_execution(executionArn=execution)
    assert _describe(account, execution)["stopDate"] == stopped
    last = _history(account, execution)[-1]
    assert (last["type"], last["id"], last["previousEventId"]) == ("ExecutionAborted", 3, 0)
    assert last["executionAbortedEventDetails"] == {"error": "Mine", "cause": "enough"}
    assert last["timestamp"] == stopped


def test_stopping_without_a_reason_leaves_none(account: Any) -> None:
    execution = _start(account, _machine(account, WAIT), seconds=100_000)
    account.client("stepfunctions").stop_execution(executionArn=execution)
    assert not {"error", "cause", "output"} & _describe(account, execution).keys()
    assert _history(account, execution)[-1]["executionAbortedEventDetails"] == {}


def test_a_timed_out_execution_has_its_error_in_the_history_only(account: Any) -> None:
    execution = _start(account, _machine(account, WAIT | {"TimeoutSeconds": 600}), seconds=100_000)
    described = _finished(account, execution)
    assert described["status"] == "TIMED_OUT"
    assert not {"error", "cause", "output"} & described.keys()
    assert (described["stopDate"] - described["startDate"]).total_seconds() == pytest.approx(600, abs=0.01)
    assert _history(account, execution)[-1]["executionTimedOutEventDetails"] == {"error": "States.Timeout"}


def test_a_task_that_is_stopped_is_over_at_once_and_what_it_called_leaves_no_trace(account: Any, provider: str) -> None:
    task = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": provider, "End": True}}}
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": provider}
    execution = _start(account, _machine(account, task, allowed))
    account.client("stepfunctions").stop_execution(executionArn=execution)
    account.until(lambda: not account.sandbox.clock.is_busy)
    assert _describe(account, execution)["status"] == "ABORTED"
    assert _history(account, execution)[-1]["type"] == "ExecutionAborted"


def test_an_input_of_256_kib_is_the_largest(account: Any) -> None:
    client, machine = account.client("stepfunctions"), _machine(account, WAIT)
    frame = len(json.dumps({"seconds": 0, "text": ""}))
    for size, refused in ((262_144 - frame, False), (262_144 - frame + 1, True)):
        document = json.dumps({"seconds": 0, "text": "ü" * (size // 2) + "x" * (size % 2)}, ensure_ascii=False)
        if refused:
            with pytest.raises(ClientError, match="Member must have length less than or equal to 262144"):
                client.start_execution(stateMachineArn=machine, input=document)
        else:
            _finished(account, client.start_execution(stateMachineArn=machine, input=document)["executionArn"])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"input": ""}, "InvalidExecutionInput"),
        ({"input": "not json"}, "InvalidExecutionInput"),
        ({"input": '{"a": NaN}'}, "InvalidExecutionInput"),
        ({"name": "a b"}, "InvalidName"),
        ({"name": "a/b"}, "InvalidName"),
        ({"name": "n" * 81}, "ValidationException"),
    ],
)
def test_a_start_that_aws_refuses_is_refused(account: Any, options: dict[str, str], code: str) -> None:
    machine = _machine(account, WAIT)
    with pytest.raises(ClientError) as error:
        account.client("stepfunctions").start_execution(stateMachineArn=machine, **options)
    assert error.value.response["Error"]["Code"] == code


def test_a_definition_that_is_wrong_or_too_large_is_refused_on_create_and_update(account: Any) -> None:
    client, machine = account.client("stepfunctions"), _machine(account, WAIT)
    wrong = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}})
    too_large = json.dumps(WAIT | {"Comment": "x" * 1_048_576})
    role = account.role("states.amazonaws.com")
    for definition, message in ((wrong, "Missing 'Next' target: B"), (too_large, "less than or equal to 1048576")):
        with pytest.raises(ClientError, match=message):
            client.create_state_machine(name="wrong", definition=definition, roleArn=role)
        with pytest.raises(ClientError, match=message):
            client.update_state_machine(stateMachineArn=machine, definition=definition)


def test_what_only_the_sandbox_lacks_is_refused_in_its_own_words(account: Any) -> None:
    client, machine = account.client("stepfunctions"), _machine(account, WAIT)
    role = account.role("states.amazonaws.com")
    execution = _start(account, machine)
    calls: list[Callable[[], Any]] = [
        lambda: client.create_state_machine(name="fast", definition=json.dumps(WAIT), roleArn=role, type="EXPRESS"),
        lambda: client.get_execution_history(executionArn=execution, includeExecutionData=False),
        lambda: client.describe_execution(executionArn=execution, includedData="METADATA_ONLY"),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="The sandbox doesn't have"):
            call()


def test_pages_of_the_history(account: Any) -> None:
    execution = _start(account, _machine(account, WAIT), seconds=0)
    _finished(account, execution)
    client = account.client("stepfunctions")
    pages = client.get_paginator("get_execution_history").paginate(executionArn=execution, maxResults=3)
    assert [[event["id"] for event in page["events"]] for page in pages] == [[1, 2, 3], [4]]
    assert [event["id"] for event in _history(account, execution, reverseOrder=True)] == [4, 3, 2, 1]
    with pytest.raises(ClientError, match="InvalidToken"):
        _history(account, execution, nextToken="none")
    with pytest.raises(ClientError, match="Member must have value less than or equal to 1000"):
        _history(account, execution, maxResults=1001)


def test_lists_by_status(account: Any) -> None:
    machine = _machine(account, WAIT)
    running, finished = _start(account, machine, seconds=1_000_000), _start(account, machine, seconds=0)
    _finished(account, finished)

    def listed(**options: Any) -> list[str]:
        response = account.client("stepfunctions").list_executions(stateMachineArn=machine, **options)
        return [item["executionArn"] for item in response["executions"]]

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


def test_the_history_reports_what_happened(account: Any) -> None:
    execution = _start(account, _machine(account, WAIT), seconds=0)
    _finished(account, execution)
    history = account.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in history] == [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]
