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
        "waitSeconds",
    },
)


def log(message: str, *, level: str = "INFO", **fields: str | float | None) -> None:
    """Write one line.

    Raises:
        ValueError: a field isn't in `FIELDS`.
    """
    unknown = sorted(fields.keys() - FIELDS)
    if unknown:
        message_ = f"{', '.join(unknown)}: not a field that may be logged; see log.FIELDS."
        raise ValueError(message_)
    present = {name: value for name, value in fields.items() if value is not None}
    sys.stdout.write(json.dumps({"level": level, "message": message, **present}) + "\n")
    sys.stdout.flush()
