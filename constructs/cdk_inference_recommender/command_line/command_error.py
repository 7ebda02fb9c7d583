"""An error that ends a command with one line."""

from __future__ import annotations


class CommandError(Exception):
    """The command can't be run; the message says why and what to do, on one line."""
