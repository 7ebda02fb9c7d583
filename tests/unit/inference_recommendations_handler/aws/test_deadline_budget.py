from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.hooks import first_non_none_response

from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget, RemainingTime
from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, OutOfTimeError, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

READ_SECONDS = 0.9


@dataclass
class Hanging:
    """An endpoint that takes connections and never responds, and a client of it."""

    client: Any
    remaining: RemainingTime
    attempts: list[float] = field(default_factory=list)


def _needs_retry_before_1_43_20(self: Any, *given: Any) -> bool:
    """Old behaviour of botocore: it takes a handler's return value for the seconds until the next attempt."""
    attempts, operation_model, request_dict, response, caught_exception = (*given, None, None)[:5]
    responses = self._event_emitter.emit(
        f"needs-retry.{operation_model.service_model.service_id.hyphenize()}.{operation_model.name}",
        response=response,
        endpoint=self,
        operation=operation_model,
        attempts=attempts,
        caught_exception=caught_exception,
        request_dict=request_dict,
    )
    seconds = first_non_none_response(responses)
    if seconds is None:
        return False
    assert attempts < 10, "it would go on for ever"
    time.sleep(seconds)
    return True


@pytest.fixture(params=["this botocore", "an older botocore"])
def hanging(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    if request.param == "an older botocore":
        monkeypatch.setattr("botocore.endpoint.Endpoint._needs_retry", _needs_retry_before_1_43_20)
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        client = boto3.client(
            "sagemaker",
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{server.getsockname()[1]}",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(
                connect_timeout=1, read_timeout=READ_SECONDS, retries={"mode": "standard", "total_max_attempts": 3}
            ),
        )
        remaining = RemainingTime()
        DeadlineBudget(remaining=remaining, min_remaining=10).attach(client)
        held = Hanging(client, remaining)
        client.meta.events.register_last("before-send", lambda **_: held.attempts.append(time.monotonic()))
        yield held


def test_without_a_limit_a_call_is_tried_as_often_as_is_said(hanging: Hanging) -> None:
    with pytest.raises(ReadTimeoutError):
        hanging.client.list_models()
    assert len(hanging.attempts) == 3


def test_a_call_for_which_there_is_no_time_is_neither_made_nor_tried_again(hanging: Hanging) -> None:
    started = time.monotonic()
    with hanging.remaining.of(lambda: 9.9), pytest.raises(OutOfTimeError) as raised:
        hanging.client.list_models()
    assert hanging.attempts == []
    assert time.monotonic() - started < READ_SECONDS
    assert isinstance(raised.value, AWS_ERRORS)
    assert kind_of(raised.value) is ErrorKind.TRANSIENT
    assert str(raised.value).startswith("Skipped ListModels, or a retry of it: not enough time remains")


def test_an_attempt_that_hung_is_the_last_when_the_time_is_over_after_it(hanging: Hanging) -> None:
    ends = time.monotonic() + 10 + READ_SECONDS / 2
    with hanging.remaining.of(lambda: ends - time.monotonic()), pytest.raises(ReadTimeoutError):
        hanging.client.list_models()
    assert len(hanging.attempts) == 1


def test_nothing_is_waited_for_after_a_refusal_that_nothing_can_follow(
    hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    remaining = [10.0, 9.0]
    body = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'

    def throttle(request: Any, **_: Any) -> AWSResponse:
        raw = type("Raw", (), {"stream": lambda _: iter([body])})()
        return AWSResponse(request.url, 400, HTTPHeaders.from_dict({"x-amz-retry-after": "4000"}), raw)

    hanging.client.meta.events.register_last("before-send", throttle)
    monkeypatch.setattr("botocore.endpoint.time.sleep", pytest.fail)
    with hanging.remaining.of(lambda: remaining.pop(0)), pytest.raises(ClientError, match="Rate exceeded"):
        hanging.client.list_models()


def test_a_call_that_succeeds_when_the_time_is_over_has_succeeded(hanging: Hanging) -> None:
    remaining = [10.0, 9.0]

    def respond(request: Any, **_: Any) -> AWSResponse:
        raw = type("Raw", (), {"stream": lambda _: iter([b'{"Models": []}'])})()
        return AWSResponse(request.url, 200, HTTPHeaders(), raw)

    hanging.client.meta.events.register_last("before-send", respond)
    with hanging.remaining.of(lambda: remaining.pop(0)):
        assert hanging.client.list_models()["Models"] == []


def test_a_pause_is_made_only_where_a_call_can_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.aws.deadline_budget.time.sleep", slept.append)
    budget = DeadlineBudget(remaining=RemainingTime(), min_remaining=10)
    assert budget.pause(8)
    with budget.remaining.of(lambda: 17.9):
        assert not budget.pause(8)
        assert budget.pause(7)
    assert budget.pause(8)
    assert slept == [8, 7, 8]
