"""Structured logs: one JSON object per line, with fields of an allow list."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# An event contains the ResponseURL, which lets anyone respond for the stack. Log selected fields, never an event.
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

# The CDK CLI prints the log of a failed resource inline, but only level and message of a JSON line.
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
    """Write one line. Its message repeats the main fields in a fixed order.

    Raises:
        ValueError: A field isn't in `FIELDS`.
    """
    unknown = sorted(fields.keys() - FIELDS)
    if unknown:
        raise ValueError(f"Cannot log {', '.join(unknown)}: add the field to log.FIELDS.")
    present = {name: value for name, value in fields.items() if value is not None}
    details = details_of(present)
    sys.stdout.write(
        json.dumps({"level": level, "message": f"{message}: {details}" if details else message, **present}) + "\n"
    )
    sys.stdout.flush()


def details_of(fields: Mapping[str, str | float]) -> str:
    """Return the fields that a message repeats.

    Args:
        fields: Those of the line.
    """
    return " ".join(f"{name}={_on_one_line(fields[name])}" for name in _IN_MESSAGE if name in fields)


def _on_one_line(value: str | float) -> str:
    return " ".join(str(value).split())
