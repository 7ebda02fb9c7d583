"""Processes of a test that end with it, also with one that fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator


@contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Kill a process at the end of the block; `Popen` alone would wait for one that never ends."""
    try:
        yield
    finally:
        process.kill()
