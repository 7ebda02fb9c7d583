"""Structured logs: one JSON object a line, made of an allow-list of fields."""

from __future__ import annotations

import json
import sys
from typing import Final

# An event carries the ResponseURL, which lets whoever has it answer for the stack: fields are chosen, never events.
FIELDS: Final = frozenset(
    {
        "deliveryAge",
        "errorCode",
        "executionName",
        "jobName",
        "logicalResourceId",
        "physicalResourceId",
        "reason",
        "requestId",
        "requestType",
        "resourceType",
        "stackId",
        "status",
        "task",
        "traceback",
        "waitSeconds",
    },
)

# The CDK CLI prints the log of a failed resource inline, and of a JSON line its level and message only.
_IN_MESSAGE: Final = (
    "requestType",
    "resourceType",
    "logicalResourceId",
    "physicalResourceId",
    "jobName",
    "executionName",
    "status",
    "errorCode",
    "waitSeconds",
    "reason",
)


def log(message: str, *, level: str = "INFO", **fields: str | float | None) -> None:
    """Write one line; its message repeats the fields that say what has happened, in a fixed order.

    Raises:
        ValueError: a field isn't in `FIELDS`.
    """
    unknown = sorted(fields.keys() - FIELDS)
    if unknown:
        message_ = f"{', '.join(unknown)}: not a field that may be logged; see log.FIELDS."
        raise ValueError(message_)
    present = {name: value for name, value in fields.items() if value is not None}
    told = " ".join(f"{name}={_on_one_line(present[name])}" for name in _IN_MESSAGE if name in present)
    sys.stdout.write(
        json.dumps({"level": level, "message": f"{message}: {told}" if told else message, **present}) + "\n"
    )
    sys.stdout.flush()


def _on_one_line(value: str | float) -> str:
    return " ".join(str(value).split())
