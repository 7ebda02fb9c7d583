from __future__ import annotations

import json
import traceback
from dataclasses import replace
from http.client import BadStatusLine
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_recommendations_handler.protocol import response as response_module
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from inference_recommendations_handler.protocol.response import (
    Response,
    ResponseNotDeliveredError,
    encode,
    send,
)
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT = CustomResourceEvent.parse(
    {
        "RequestType": "Create",
        "RequestId": "r-1",
        "ResponseURL": f"{RESPONSE_URL}?Expires=7300",
        "StackId": "arn:stack",
        "ResourceType": "Custom::InferenceRecommendationsJob",
        "LogicalResourceId": "Job",
    },
    now=5.0,
)


@given(reason=st.text(min_size=1, max_size=6000), stream=st.just("2027/[$LATEST]abc"))
def test_a_reason_of_any_length_fits_and_keeps_its_log_stream(reason: str, stream: str) -> None:
    body = encode(Response(physical_resource_id="id", reason=reason, log_stream=stream), EVENT)[1]
    assert len(body) <= 4096
    response = json.loads(body)
    assert response["Status"] == "FAILED"
    assert response["Reason"].endswith(f"CloudWatch Log Stream: {stream}")
    assert "\n" not in response["Reason"]


@pytest.mark.parametrize("character", ["a", '"', "ä", "語", "🚀"])
def test_a_cut_reason_uses_the_room_and_never_splits_a_character(character: str) -> None:
    body = encode(Response(physical_resource_id="id", reason=character * 5000, log_stream="s"), EVENT)[1]
    assert 4080 <= len(body) <= 4096
    assert set(json.loads(body)["Reason"].partition("...")[0]) == {character}


def test_data_that_is_too_long_fails_instead_of_being_cut() -> None:
    long = Response(physical_resource_id="id", data={"EnvironmentJson": "x" * 5000})
    response = json.loads(encode(long, EVENT)[1])
    assert response["Status"] == "FAILED"
    assert "4096" in response["Reason"]
    assert "Data" not in response


def test_what_is_not_ascii_takes_its_bytes_and_no_escapes() -> None:
    response = Response(physical_resource_id="id", data={"EnvironmentJson": "語" * 1100})
    body = encode(response, EVENT)[1]
    assert "語" * 1100 in body.decode("utf-8")
    assert json.loads(body)["Status"] == "SUCCESS"


def test_half_a_character_is_replaced() -> None:
    body = encode(Response(physical_resource_id="id", reason="half \ud83d", log_stream="s"), EVENT)[1]
    assert json.loads(body)["Reason"].startswith("half ?")


def test_data_of_exactly_what_cloudformation_takes_is_sent() -> None:
    def of_length(length: int) -> Response:
        return Response(physical_resource_id="id", data={"EnvironmentJson": "x" * length})

    room = 4096 - len(encode(of_length(0), EVENT)[1])
    assert len(encode(of_length(room), EVENT)[1]) == 4096
    assert encode(of_length(room), EVENT)[0].succeeded
    assert not encode(of_length(room + 1), EVENT)[0].succeeded


def test_what_fits_in_characters_only_is_too_long() -> None:
    response = Response(physical_resource_id="id", data={"EnvironmentJson": "語" * 2000})
    assert not encode(response, EVENT)[0].succeeded


def test_each_pause_is_longer_than_the_one_before_and_jittered(
    puts: Callable[[list[Exception | None]], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    puts([http(500)] * 4)
    pauses: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.protocol.response.time.sleep", pauses.append)
    with pytest.raises(ResponseNotDeliveredError, match="in 4 attempts"):
        send(Response(physical_resource_id="id"), EVENT, remaining=lambda: 60)
    assert [0.5 * most <= pause <= most for pause, most in zip(pauses, (1, 2, 4), strict=True)] == [True] * 3


@pytest.mark.parametrize(("left", "attempts"), [([4.9], 1), ([5, 5.9], 2), ([5, 6, 7.9], 3), ([5, 6, 8], 4)])
def test_an_attempt_needs_its_own_pause_and_its_timeout(
    puts: Callable[[list[Exception | None]], list[str]], left: list[float], attempts: int
) -> None:
    urls = puts([http(500)] * 4)
    with pytest.raises(ResponseNotDeliveredError, match=f"in {attempts} attempts"):
        send(Response(physical_resource_id="id"), EVENT, remaining=iter(left).__next__)
    assert len(urls) == attempts


def test_what_fits_is_sent_as_it_is() -> None:
    fits = Response(physical_resource_id="id", data={"EnvironmentJson": "x"})
    assert encode(fits, EVENT)[0] is fits


@pytest.fixture
def puts(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Exception | None]], list[str]]:
    def order(results: list[Exception | None]) -> list[str]:
        urls: list[str] = []

        def put(url: str, body: bytes, **_: float) -> None:
            assert body
            urls.append(url)
            problem = results.pop(0)
            if problem is not None:
                raise problem

        monkeypatch.setattr(response_module, "put", put)
        monkeypatch.setattr("inference_recommendations_handler.protocol.response.time.sleep", lambda _: None)
        return urls

    return order


def http(status: int) -> HTTPError:
    return HTTPError("u", status, "m", {}, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "problem",
    [http(503), http(400), URLError("reset"), BadStatusLine("cut off")],
    ids=["5xx", "S3's RequestTimeout", "network", "no HTTP"],
)
def test_what_may_pass_is_tried_again(puts: Callable[[list[Exception | None]], list[str]], problem: Exception) -> None:
    urls = puts([problem, problem, None])
    send(Response(physical_resource_id="id"), EVENT, remaining=lambda: 60)
    assert len(urls) == 3


def test_an_expired_url_is_given_up_at_once(
    puts: Callable[[list[Exception | None]], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    urls = puts([http(403)])
    send(Response(physical_resource_id="id"), EVENT, remaining=lambda: 60)
    assert len(urls) == 1
    assert "no longer waits" in capsys.readouterr().out


def test_the_log_reports_a_failure_in_the_fields_that_the_cdk_cli_shows(
    puts: Callable[[list[Exception | None]], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    puts([None, None])
    send(Response(physical_resource_id="id"), EVENT, remaining=lambda: 60)
    send(Response(physical_resource_id="id", reason="no room"), EVENT, remaining=lambda: 60)
    succeeded, failed = map(json.loads, capsys.readouterr().out.splitlines())
    assert (succeeded["level"], succeeded["status"]) == ("INFO", "SUCCESS")
    assert succeeded["message"].endswith("status=SUCCESS")
    assert (failed["level"], failed["status"], failed["reason"]) == ("ERROR", "FAILED", "no room")
    assert failed["message"].endswith("status=FAILED reason=no room")


def test_the_log_reports_the_failure_that_was_sent_for_data_that_was_too_long(
    puts: Callable[[list[Exception | None]], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    puts([None])
    send(Response(physical_resource_id="id", data={"EnvironmentJson": "x" * 5000}), EVENT, remaining=lambda: 60)
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["status"]) == ("ERROR", "FAILED")
    assert "shorten their names or values" in line["reason"]


def test_no_attempt_is_begun_that_the_function_would_not_survive(
    puts: Callable[[list[Exception | None]], list[str]],
) -> None:
    urls, remaining = puts([http(500)] * 9), [30.0, 5.9]
    with pytest.raises(ResponseNotDeliveredError, match="in 2 attempts"):
        send(Response(physical_resource_id="id"), EVENT, remaining=lambda: remaining.pop(0))
    assert len(urls) == 2


@pytest.mark.parametrize("url", ["secret", "http://secret.s3.amazonaws.com/key", "https://secret.example/key"])
def test_to_a_url_that_isnt_one_of_aws_nothing_is_sent_and_no_log_shows_it(
    puts: Callable[[list[Exception | None]], list[str]], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = puts([])
    send(Response(physical_resource_id="id"), replace(EVENT, response_url=url), remaining=lambda: 60)
    assert urls == []
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["requestId"]) == ("ERROR", "r-1")
    assert "secret" not in json.dumps(line)


def test_what_urllib_cannot_read_is_no_traceback_with_the_url_in_it(
    puts: Callable[[list[Exception | None]], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    puts([ValueError("unknown url type: secret")] * 9)
    with pytest.raises(ResponseNotDeliveredError) as raised:
        send(Response(physical_resource_id="id"), EVENT, remaining=lambda: 60)
    assert "secret" not in "".join(traceback.format_exception(raised.value))
    assert "secret" not in capsys.readouterr().out


def test_a_response_that_is_not_delivered_is_an_error(puts: Callable[[list[Exception | None]], list[str]]) -> None:
    puts([http(500)] * 9)
    with pytest.raises(ResponseNotDeliveredError):
        send(Response(physical_resource_id="id"), EVENT, remaining=lambda: 60)
