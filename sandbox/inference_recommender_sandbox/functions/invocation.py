"""One invocation of a function, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What the runtime is given.

    Attributes:
        request_id: The same for every retry of an asynchronous invocation.
        payload: JSON.
        deadline: Virtual time in seconds since the epoch at which the function times out.
        function_arn: As the response to the caller has it.
    """

    request_id: str
    payload: bytes
    deadline: float
    function_arn: str


@dataclass(frozen=True, kw_only=True)
class InvocationResult:
    """What the runtime responded with.

    Attributes:
        payload: The function's response, or an error object with `errorMessage` and `errorType`.
        error: `Unhandled` after a function error, else `None`.
        log_tail: The last 4 KB of the invocation's log.
    """

    payload: bytes
    error: str | None = None
    log_tail: str = ""
