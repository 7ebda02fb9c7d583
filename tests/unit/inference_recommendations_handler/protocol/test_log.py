from __future__ import annotations

import json

import pytest

from inference_recommendations_handler.protocol.log import FIELDS, log


def test_a_line_is_one_json_object_without_empty_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log("hello", jobName="a", reason="two\nlines", status=None)
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "level": "INFO",
        "message": "hello: jobName=a reason=two lines",
        "jobName": "a",
        "reason": "two\nlines",
    }


def test_a_reader_of_the_message_alone_learns_what_has_happened(capsys: pytest.CaptureFixture[str]) -> None:
    log(
        "response sent",
        reason="No such package.",
        stackId="arn",
        requestId="id",
        status="FAILED",
        logicalResourceId="Job",
        requestType="Create",
    )
    message = json.loads(capsys.readouterr().out)["message"]
    assert message == "response sent: requestType=Create logicalResourceId=Job status=FAILED reason=No such package."


def test_a_message_without_such_fields_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    log("hello", requestId="id")
    assert json.loads(capsys.readouterr().out)["message"] == "hello"


def test_a_field_that_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="ResponseURL"):
        log("hello", ResponseURL="https://secret")


def test_no_field_carries_an_event() -> None:
    assert not {field for field in FIELDS if "url" in field.lower() or field in {"event", "properties"}}
