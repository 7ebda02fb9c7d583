from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest


def _get(account: Any, path: str) -> Any:
    with urllib.request.urlopen(f"{account.sandbox.endpoint_url}/_sandbox/{path}") as response:  # noqa: S310 - the sandbox's own
        return json.load(response)


def _post(account: Any, path: str, body: bytes) -> Any:
    url = f"{account.sandbox.endpoint_url}/_sandbox/{path}"
    request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 - its own
    with urllib.request.urlopen(request) as response:  # noqa: S310 - the sandbox's own
        return json.load(response)


def test_says_that_it_is_well(account: Any) -> None:
    assert _get(account, "health")["status"] == "ok"
    clock = _get(account, "clock")
    assert clock["speed"] == 3600
    assert clock["now"] <= account.sandbox.clock.now()


def test_changes_the_clock_s_speed(account: Any) -> None:
    assert _post(account, "clock", b'{"speed": 1}')["speed"] == 1
    assert _post(account, "clock", b'{"speed": 3600}')["speed"] == 3600


@pytest.mark.parametrize("body", [b"3600", b'{"speed": "fast"}', b'{"speed": 0}', b"{"])
def test_refuses_what_is_no_speed(account: Any, body: bytes) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        _post(account, "clock", body)
    error.value.close()
    assert error.value.code == 400
    assert account.sandbox.clock.speed == 3600


def test_says_what_runs(account: Any, provider: str) -> None:
    silent = {"ServiceToken": provider, "Silent": "Create", "ServiceTimeout": 3600}
    stack_id = account.deploy({"Thing": {"Type": "Custom::X", "Properties": silent}}, wait=False)
    assert stack_id in _get(account, "running")["deployments"]
    account.wait(stack_id)
    assert stack_id not in _get(account, "running")["deployments"]
    assert set(_get(account, "running")) == {"jobs", "executions", "endpoints", "invocations", "events", "deployments"}


def test_orders_faults_of_functions_and_of_sagemaker(account: Any) -> None:
    assert _post(account, "faults", b'{"fault": "kill-function", "function": "nobody"}')
    assert _post(account, "faults", b'{"fault": "throttle", "operation": "nobody"}')
    assert account.sandbox.sagemaker.faults.take_call_fault("nobody") == "throttle"
    assert _post(account, "faults", b'{"fault": "clear"}')
    assert account.sandbox.faults.take("kill-function", function="nobody") is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"nonsense", "no JSON"),
        (b"[]", "a fault is an object"),
        (b'{"fault": "nonsense"}', "kill-function"),
        (b'{"fault": "kill-function", "seconds": 5}', "has no member 'seconds'"),
        (b'{"fault": "kill-function", "count": "5"}', "'count' of fault 'kill-function' is '5'"),
        (b'{"fault": "late-delivery"}', "lacks seconds"),
    ],
)
def test_refuses_a_fault_that_is_none(account: Any, body: bytes, message: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        _post(account, "faults", body)
    assert error.value.code == 400
    assert message in json.load(error.value)["error"]


def test_reports_what_there_is_instead(account: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        _get(account, "nonsense")
    assert "GET /_sandbox/running" in json.load(error.value)["error"]
