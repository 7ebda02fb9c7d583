"""How large an invocation's payload, response and log may be."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

MIB = 1024 * 1024
RESPONSES = "def handler(event, context):\n    return 'x' * event['size'] if isinstance(event, dict) else len(event)"


@pytest.fixture(scope="module")
def function(account: Any) -> str:
    arn: str = account.function(RESPONSES)
    return arn


def invoke(account: Any, function: str, payload: bytes, kind: str = "RequestResponse", **options: Any) -> Any:
    return account.client("lambda").invoke(FunctionName=function, Payload=payload, InvocationType=kind, **options)


@pytest.mark.parametrize(("kind", "limit"), [("RequestResponse", 6 * MIB), ("Event", MIB)])
def test_a_payload_has_its_limit(account: Any, function: str, kind: str, limit: int) -> None:
    largest = json.dumps("x" * (limit - 2)).encode()
    assert "FunctionError" not in invoke(account, function, largest, kind)
    with pytest.raises(ClientError) as refused:
        invoke(account, function, largest + b" ", kind)
    assert refused.value.response["Error"]["Code"] == "RequestTooLargeException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert str(limit) in refused.value.response["Error"]["Message"]


def test_a_payload_is_json(account: Any, function: str) -> None:
    with pytest.raises(ClientError) as refused:
        invoke(account, function, b"no json")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_a_response_has_its_limit(account: Any, function: str) -> None:
    largest = 6 * MIB + 100 - 2
    response = invoke(account, function, json.dumps({"size": largest}).encode())
    assert "FunctionError" not in response
    assert len(response["Payload"].read()) == largest + 2
    response = invoke(account, function, json.dumps({"size": largest + 1}).encode())
    assert response["FunctionError"] == "Unhandled"
    assert json.loads(response["Payload"].read())["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_caller_gets_the_last_4_kb_of_the_log(account: Any) -> None:
    code = "def handler(event, context):\n    for n in range(event): print('line', n)"
    function = account.function(code)
    tails = []
    for lines in (2000, 3):
        response = invoke(account, function, str(lines).encode(), LogType="Tail")
        tails.append(base64.b64decode(response["LogResult"]).decode())
    long, short = tails
    assert len(long) == 4096
    assert "line 1999\nEND RequestId: " in long
    assert short.startswith("START RequestId: ")
    assert "line 0\nline 1\nline 2\nEND RequestId: " in short
    assert "REPORT RequestId: " in short
