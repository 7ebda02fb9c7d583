"""How long jobs take."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

DEFAULT_JOB: Final = timedelta(minutes=45)
"""How long a Default job takes (developer guide, `Get an inference recommendation`)."""

_HOUR: Final = 3600
_MINUTE: Final = 60


def duration(elapsed: timedelta) -> str:
    """Return a time span in words: `45 s`, `12 min`, `12 min 05 s`, `2 h 05 min`."""
    seconds = round(elapsed.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        rest = f" {seconds % _MINUTE:02d} s" if seconds % _MINUTE else ""
        return f"{seconds // _MINUTE} min{rest}"
    return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02d} min"
