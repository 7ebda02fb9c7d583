"""The entry point of the command line; it always ends with an exit code."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED: Final = 130
"""Exit code of a command that Ctrl-C ended, as of any program that SIGINT ends."""
_FAILED: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: Default: the process's own arguments.

    Returns:
        The exit code: 0 on success, 1 when the command found a problem, 2 when the command could not be run, 130
        after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A character that the terminal's encoding lacks must not fail the command.
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            # The import is slow, and Ctrl-C has to work meanwhile.
            from .run_command import run_command  # noqa: PLC0415

            return run_command(sys.argv[1:] if argv is None else list(argv))
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        _discard_output()
        # Where standard error fails too, the exit code alone reports the failure.
        with suppress(OSError):
            print(f"inference-recommender: {_reason(error)}", file=sys.stderr)
        return _FAILED


def _reason(error: OSError) -> str:
    if error.filename is None:
        return f"The output can't be written: {error.strerror}."
    return f"{str(error.filename)!r} can't be used: {error.strerror}."


def _discard_output() -> None:
    """Redirect an output that fails, so that the flush at exit doesn't fail again."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - nothing is written
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                os.dup2(nowhere.fileno(), stream.fileno())
