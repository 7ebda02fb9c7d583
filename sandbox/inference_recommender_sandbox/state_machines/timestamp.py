"""Timestamps as the Amazon States Language has them.

Source: https://states-language.net/spec.html, "Timestamps": RFC 3339 with an upper-case `T` and `Z`; the offset is
required.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

_FORM: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def parse_timestamp(value: Any) -> datetime:
    """Parse a timestamp.

    Raises:
        ValueError: If it is none.
    """
    if not isinstance(value, str) or not _FORM.fullmatch(value):
        raise ValueError(f"{value!r} is no ISO-8601 extended offset date-time")
    return datetime.fromisoformat(value)


def is_timestamp(value: Any) -> bool:
    """Return whether it is a timestamp."""
    try:
        parse_timestamp(value)
    except ValueError:
        return False
    return True
