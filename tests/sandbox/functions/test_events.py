from __future__ import annotations

import json
from typing import Any

import pytest

WORKING = """
import time
def handler(event, context):
    print('DELIVERY', context.aws_request_id, time.time())
"""
FAILING = f"{WORKING}    raise ValueError(event)"


def _deliveries(account: Any, function: str) -> list[tuple[float, str]]:
    """Virtual times in seconds, and request ids."""
    group = f"/aws/lambda/{function.rsplit(':', 1)[-1]}"
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if not groups:
        return []
    events = account.client("logs").filter_log_events(logGroupName=group)["events"]
    found = [event for event in events if event["message"].startswith("DELIVERY")]
    return sorted((float(event["message"].split()[2]), event["message"].split()[1]) for event in found)


def _send(account: Any, function: str) -> float:
    before: float = account.sandbox.clock.now()
    response = account.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
    assert response["StatusCode"] == 202
    return before


def _settle(account: Any, function: str, count: int) -> list[tuple[float, str]]:
    account.until(lambda: len(_deliveries(account, function)) >= count)
    # Longer than any retry waits.
    account.sandbox.clock.sleep(20 * 60)
    return _deliveries(account, function)


def test_an_event_is_delivered_once_when_the_function_takes_it(account: Any) -> None:
    function = account.function(WORKING)
    _send(account, function)
    assert len(_settle(account, function, 1)) == 1


def test_after_a_function_error_there_are_two_more_deliveries_of_the_same_request(account: Any) -> None:
    function = account.function(FAILING)
    sent = _send(account, function)
    deliveries = _settle(account, function, 3)
    assert len({request_id for _, request_id in deliveries}) == 1
    first, second, third = [time - sent for time, _ in deliveries]
    assert first >= 0
    assert second - first == pytest.approx(60, abs=15)
    assert third - second == pytest.approx(120, abs=15)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"MaximumRetryAttempts": 0}, 1), ({"MaximumRetryAttempts": 1}, 2), ({"MaximumEventAgeInSeconds": 100}, 2)],
)
def test_retries_follow_the_function_s_settings(account: Any, settings: dict[str, int], expected: int) -> None:
    function = account.function(FAILING)
    account.client("lambda").put_function_event_invoke_config(FunctionName=function, **settings)
    _send(account, function)
    assert len(_settle(account, function, expected)) == expected


def test_a_repeated_delivery_can_be_ordered(account: Any) -> None:
    function = account.function(WORKING)
    account.sandbox.faults.order({"fault": "repeat-delivery", "function": function.rsplit(":", 1)[-1]})
    _send(account, function)
    assert len({request_id for _, request_id in _settle(account, function, 2)}) == 1


def test_a_late_delivery_can_be_ordered(account: Any) -> None:
    function = account.function(WORKING)
    name = function.rsplit(":", 1)[-1]
    account.sandbox.faults.order({"fault": "late-delivery", "function": name, "seconds": 1000})
    events = account.sandbox.events

    def waits() -> bool:
        return any(event.function_arn == function for event in events.waiting())

    with account.sandbox.clock.busy():
        sent = _send(account, function)
        assert waits(), "it would go on doing something"
    [(time, _)] = _settle(account, function, 1)
    assert 1000 <= time - sent < 2000
    account.until(lambda: not waits())


def test_a_throttled_event_is_delivered_later(account: Any) -> None:
    function = account.function(WORKING)
    name = function.rsplit(":", 1)[-1]
    account.sandbox.faults.order({"fault": "throttle-function", "function": name, "count": 3})
    _send(account, function)
    assert len(_settle(account, function, 1)) == 1


def test_a_killed_process_fails_its_invocation(account: Any) -> None:
    function = account.function("import time\ndef handler(event, context):\n    time.sleep(5)", Timeout=10)
    account.sandbox.faults.order({"fault": "kill-function", "function": function.rsplit(":", 1)[-1]})
    response = account.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    assert response["FunctionError"] == "Unhandled"
    assert "signal: 9" in json.loads(response["Payload"].read())["errorMessage"]
