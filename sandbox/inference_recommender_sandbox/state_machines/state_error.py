"""A failure inside an execution."""

from __future__ import annotations


class StateError(Exception):
    """A state failed, with an error that Retry and Catch can name.

    Attributes:
        error: Its name; empty for a Fail state without one.
        cause: Its explanation, or empty.
    """

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
