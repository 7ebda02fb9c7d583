from __future__ import annotations

import json
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

PATIENCE = 60
"""Real seconds for what would otherwise take ten minutes, or never end."""


def _invoke(account: Any, function: str, payload: object = None, **options: Any) -> tuple[dict[str, Any], Any]:
    response = account.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(payload or {}).encode(), **options
    )
    body = response["Payload"].read()
    return response, json.loads(body) if body else None


def test_runs_the_code_and_returns_its_response(account: Any, provider: str) -> None:
    response, result = _invoke(account, provider, {"question": 1})
    assert "FunctionError" not in response
    assert result["received"] == {"question": 1}


def test_sees_the_sandbox_s_clock_and_its_own_deadline(account: Any) -> None:
    function = account.function(Timeout={"Ref": "AWS::NoValue"})
    before = account.sandbox.clock.now()
    _, result = _invoke(account, function)
    assert before <= result["time"] <= account.sandbox.clock.now()
    assert 0 < result["remaining"] <= 3000


def test_a_function_error_is_unhandled_and_reported(account: Any) -> None:
    function = account.function("def handler(event, context):\n    raise KeyError('gone')")
    response, result = _invoke(account, function)
    assert response["FunctionError"] == "Unhandled"
    assert result["errorType"] == "KeyError"


def test_a_function_that_takes_too_long_is_stopped(account: Any) -> None:
    code = "import time\ndef handler(event, context):\n    while True: time.time()"
    started = time.monotonic()
    response, result = _invoke(account, account.function(code, Timeout=1))
    assert response["FunctionError"] == "Unhandled"
    assert result["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert time.monotonic() - started < PATIENCE


def test_its_initialisation_does_not_count_in_its_timeout(account: Any) -> None:
    code = "import time\ntime.sleep(1.2)\ndef handler(event, context):\n    return 'in time'"
    _, result = _invoke(account, account.function(code, Timeout=1))
    assert result == "in time"


SLEEPS = """
import time
def handler(event, context):
    started = time.time()
    time.sleep(event["seconds"])
    return time.time() - started
"""


def test_a_function_sleeps_on_the_sandbox_s_clock(account: Any) -> None:
    started = time.monotonic()
    _, slept = _invoke(account, account.function(SLEEPS, Timeout=900), {"seconds": 600})
    assert slept == pytest.approx(600, abs=5)
    assert time.monotonic() - started < PATIENCE


def test_what_a_function_sleeps_is_gone_of_its_remaining_time(account: Any) -> None:
    code = (
        "import time\n"
        "def handler(event, context):\n"
        "    time.sleep(40)\n"
        "    return context.get_remaining_time_in_millis()\n"
    )
    _, remaining = _invoke(account, account.function(code, Timeout=60))
    assert 15_000 < remaining <= 20_000


def test_a_function_that_sleeps_too_long_is_stopped_at_its_timeout(account: Any) -> None:
    function = account.function(SLEEPS, Timeout=60)
    _, result = _invoke(account, function, {"seconds": 3600})
    assert result["errorMessage"].endswith("Task timed out after 60.00 seconds")
    group = f"/aws/lambda/{function.rsplit(':', 1)[-1]}"
    logged = account.client("logs").filter_log_events(logGroupName=group)["events"]
    [duration] = [found[1] for event in logged if (found := re.search(r"\tDuration: (\S+) ms", event["message"]))]
    assert float(duration) == pytest.approx(60_000, abs=5_000)


def test_others_are_not_hurried_while_a_function_sleeps(account: Any) -> None:
    function = account.function(SLEEPS, Timeout=900)
    with account.sandbox.clock.busy(), ThreadPoolExecutor() as pool:
        sleeper = pool.submit(_invoke, account, function, {"seconds": 1})
        started = time.monotonic()
        assert sleeper.result()[1] >= 1
        assert time.monotonic() - started >= 1


def test_a_process_that_dies_fails_its_invocation_and_is_replaced(account: Any) -> None:
    code = (
        "import os\n"
        "def handler(event, context):\n"
        "    if event:\n"
        "        os._exit(event['code'])\n"
        "    return os.getpid()\n"
    )
    function = account.function(code)
    _, first = _invoke(account, function)
    response, result = _invoke(account, function, {"code": 3})
    assert response["FunctionError"] == "Unhandled"
    assert result["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in result["errorMessage"]
    _, second = _invoke(account, function)
    assert first != second


def test_a_process_is_reused_while_warm(account: Any) -> None:
    function = account.function("import os\ndef handler(event, context):\n    return os.getpid()")
    assert _invoke(account, function)[1] == _invoke(account, function)[1]


def test_code_that_cannot_be_imported_fails_the_invocation(account: Any) -> None:
    response, result = _invoke(account, account.function("import nowhere_to_be_found"))
    assert response["FunctionError"] == "Unhandled"
    assert "nowhere_to_be_found" in result["errorMessage"]


@pytest.mark.parametrize("module", ["flask", "moto", "inference_recommender_sandbox", "yaml"])
def test_what_aws_s_runtime_lacks_cannot_be_imported(account: Any, module: str) -> None:
    response, result = _invoke(account, account.function(f"import {module}\ndef handler(event, context): pass"))
    assert response["FunctionError"] == "Unhandled"
    assert module in result["errorMessage"]


def test_a_process_that_exits_by_itself_says_no_more_than_in_lambda(account: Any) -> None:
    function = account.function("import missing\ndef handler(event, context): pass")
    _invoke(account, function)
    account.until(lambda: not any(each.is_alive for each in account.sandbox.functions._idle.get(function, [])))
    _invoke(account, function)  # stops the first process, whose output is in the log then
    name = function.rsplit(":", 1)[1]
    events = account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    messages = [event["message"] for event in events]
    assert any("Unable to import module" in message for message in messages)
    assert [message for message in messages if "Fatal Python error" in message] == []


def test_has_the_runtime_s_environment_and_nothing_of_the_sandbox_s(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_DEVELOPER", "x")
    code = "import os\ndef handler(event, context):\n    return dict(os.environ)"
    function = account.function(code, Environment={"Variables": {"MINE": "yes"}}, MemorySize=256)
    _, environment = _invoke(account, function)
    assert environment["MINE"] == "yes"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["AWS_ENDPOINT_URL"] == account.sandbox.endpoint_url
    assert environment["AWS_REGION"] == "us-east-1"
    assert "SECRET_OF_THE_DEVELOPER" not in environment


def test_calls_aws_as_its_role_only(account: Any) -> None:
    code = (
        "import boto3, os\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        boto3.client('stepfunctions').list_executions(stateMachineArn=event['arn'])\n"
        "    except Exception as error:\n"
        "        return str(error)\n"
    )
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:any"
    _, message = _invoke(account, account.function(code, Timeout=10), {"arn": arn})
    assert "is not authorized to perform: states:ListExecutions" in message
    assert "assumed-role/" in message


def _logged(account: Any, group: str, stream: str, *, until: str) -> list[str]:
    """A function's last lines are written after its response."""
    for _ in range(100):
        events = account.client("logs").get_log_events(logGroupName=group, logStreamName=stream)["events"]
        messages = [event["message"] for event in events]
        if messages and messages[-1].startswith(until):
            break
        time.sleep(0.05)
    return messages


def test_everything_that_a_function_writes_is_logged_before_its_end(account: Any) -> None:
    code = "def handler(event, context):\n    for n in range(3000): print(n)\n    print('half a line', end='')\n"
    function = account.function(f"{code}    return context.log_stream_name")
    _, stream = _invoke(account, function)
    name = f"/aws/lambda/{function.rsplit(':', 1)[-1]}"
    start, *written, end, report = _logged(account, name, stream, until="REPORT RequestId:")
    assert [line.split(" ")[0] for line in (start, end, report)] == ["START", "END", "REPORT"]
    assert written == [f"{n}\n" for n in range(3000)]


def test_logs_as_aws_does(account: Any) -> None:
    function = account.function("def handler(event, context):\n    print('hello')\n    return context.log_stream_name")
    _, stream = _invoke(account, function)
    name = f"/aws/lambda/{function.rsplit(':', 1)[-1]}"
    messages = _logged(account, name, stream, until="REPORT RequestId:")
    assert messages[0].startswith("START RequestId:")
    assert "hello\n" in messages
    assert messages[-1].startswith("REPORT RequestId:")


def test_a_missing_function_is_not_found(account: Any) -> None:
    with pytest.raises(ClientError) as error:
        _invoke(account, "nobody")
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_role_that_lambda_may_not_assume_is_refused(account: Any) -> None:
    definition = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": "x"},
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Role": account.role("ec2.amazonaws.com"),
        },
    }
    stack_id = account.deploy({"Function": definition})
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    assert "cannot be assumed by Lambda" in account.reason(stack_id, "Function")


@pytest.mark.parametrize("by", ["the API", "its stack"])
def test_processes_end_with_their_function(account: Any, by: str) -> None:
    function = account.function("import os\ndef handler(event, context):\n    return os.getpid()")
    _, pid = _invoke(account, function)
    if by == "the API":
        account.client("lambda").delete_function(FunctionName=function)
    else:
        name = function.rpartition(":")[2]
        stack = account.client("cloudformation").describe_stack_resources(PhysicalResourceId=name)["StackResources"][0]
        assert account.delete(stack["StackId"]) == "DELETE_COMPLETE"

    def is_gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    account.until(is_gone)


@pytest.mark.parametrize(("hangs", "code"), [(False, 0), (True, -signal.SIGKILL)])
def test_a_process_that_is_stopped_ends_by_itself_or_is_killed(account: Any, *, hangs: bool, code: int) -> None:
    function = account.function("import os\ndef handler(event, context):\n    return os.getpid()")
    _, pid = _invoke(account, function)
    [process] = [p for idle in account.sandbox.functions._idle.values() for p in idle if p.pid == pid]
    if hangs:
        os.kill(pid, signal.SIGSTOP)
        account.until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    process.stop()
    assert process._process.poll() == code


def test_processes_die_when_the_sandbox_no_longer_holds_their_input(account: Any) -> None:
    function = account.function("import os\ndef handler(event, context):\n    return os.getpid()")
    _, pid = _invoke(account, function)
    [process] = [p for idle in account.sandbox.functions._idle.values() for p in idle if p.pid == pid]
    process._process.stdin.close()
    account.until(lambda: not process.is_alive)
    with pytest.raises(OSError, match="No such process"):
        os.kill(pid, 0)
