from __future__ import annotations

import json

import pytest

from inference_recommendations_handler.log import FIELDS, log


def test_a_line_is_one_json_object_without_empty_fields(capsys: pytest.CaptureFixture[str]) -> None:
    log("hello", jobName="a", reason="two\nlines", status=None)
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert json.loads(line) == {"level": "INFO", "message": "hello", "jobName": "a", "reason": "two\nlines"}


def test_a_field_that_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="ResponseURL"):
        log("hello", ResponseURL="https://secret")


def test_no_field_carries_an_event() -> None:
    assert not {field for field in FIELDS if "url" in field.lower() or field in {"event", "properties"}}
