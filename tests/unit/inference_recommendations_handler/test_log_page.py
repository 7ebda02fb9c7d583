"""The page of the function's log lines."""

from __future__ import annotations

import ast
from pathlib import Path

from inference_recommendations_handler.protocol import log
from tests.log_page import Fields, LogLines, listed_lines

HANDLER = Path(log.__file__).parents[1]
CREATED = ("INFO", "created")


def test_it_has_each_message_that_the_function_can_write() -> None:
    written = {
        (call.args[0].value, _level(call))
        for path in HANDLER.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "log"
        if isinstance(call.args[0], ast.Constant)
    }
    listed = {(message, level) for level, message in listed_lines()}
    assert {message for message, _ in written} == {message for message, _ in listed}
    assert {pair for pair in written if pair[1] is not None} <= listed


def _level(call: ast.Call) -> str | None:
    """The level, unless it is computed."""
    levels = [keyword.value for keyword in call.keywords if keyword.arg == "level"]
    if not levels:
        return "INFO"
    return str(levels[0].value) if isinstance(levels[0], ast.Constant) else None


def test_a_line_of_another_level_or_with_other_fields_is_found() -> None:
    listed = {CREATED: Fields(always=frozenset({"jobName"}), sometimes=frozenset({"reason"}))}
    for line, is_listed in [
        ({"level": "INFO", "message": "created: jobName=a", "jobName": "a"}, True),
        ({"level": "INFO", "message": "created: jobName=a reason=b", "jobName": "a", "reason": "b"}, True),
        ({"level": "ERROR", "message": "created: jobName=a", "jobName": "a"}, False),
        ({"level": "INFO", "message": "created", "requestId": "r"}, False),
        ({"level": "INFO", "message": "made: jobName=a", "jobName": "a"}, False),
    ]:
        lines = LogLines()
        lines.dumps(line)
        assert (lines.unlisted(listed) == []) is is_listed
