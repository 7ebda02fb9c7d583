"""The Retry and Catch of a state: which error they match, and how long a retry waits.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and
https://states-language.net/spec.html, "Errors".
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from .field_rule import MAX_SECONDS, FieldRule, field_problems
from .problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_DEFAULT_RETRY: Final = {"IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2.0}
_MAX_DELAY: Final = 31_622_400
_ALL: Final = "States.ALL"
RUNTIME: Final = "States.Runtime"
DATA_LIMIT_EXCEEDED: Final = "States.DataLimitExceeded"
_RESERVED: Final = frozenset(
    {
        _ALL,
        RUNTIME,
        DATA_LIMIT_EXCEEDED,
        "States.BranchFailed",
        "States.ExceedToleratedFailureThreshold",
        "States.HeartbeatTimeout",
        "States.Http.Socket",
        "States.IntrinsicFailure",
        "States.ItemReaderFailed",
        "States.NoChoiceMatched",
        "States.ParameterPathFailure",
        "States.Permissions",
        "States.QueryEvaluationError",
        "States.ResultPathMatchFailure",
        "States.ResultWriterFailed",
        "States.TaskFailed",
        "States.Timeout",
    }
)
_ERRORS: Final = FieldRule(type="Array", may_be_empty=False)
_RETRIER: Final[Mapping[str, FieldRule]] = {
    "BackoffRate": FieldRule(type="Number", minimum=1, maximum=MAX_SECONDS),
    "Comment": FieldRule(type="String"),
    "ErrorEquals": _ERRORS,
    "IntervalSeconds": FieldRule(type="Integer", minimum=1, maximum=MAX_SECONDS),
    "JitterStrategy": FieldRule(type="String", values=("FULL", "NONE")),
    "MaxAttempts": FieldRule(type="Integer", minimum=0, maximum=MAX_SECONDS),
    "MaxDelaySeconds": FieldRule(type="Integer", minimum=1, maximum=_MAX_DELAY),
}
_CATCHER: Final[Mapping[str, FieldRule]] = {
    "Assign": FieldRule(type="Object", is_in_sandbox=False),
    "Comment": FieldRule(type="String"),
    "ErrorEquals": _ERRORS,
    "Next": FieldRule(type="String"),
    "ResultPath": FieldRule(type="Path", may_be_null=True, may_read_context=False),
}


def handler_problems(state: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with the Retry and Catch of a state."""
    for field, fields, required in (
        ("Retry", _RETRIER, ("ErrorEquals",)),
        ("Catch", _CATCHER, ("ErrorEquals", "Next")),
    ):
        handlers = state.get(field, [])
        if not isinstance(handlers, list):
            continue
        for index, handler in enumerate(handlers):
            at = f"{path}/{field}[{index}]"
            if not isinstance(handler, dict):
                yield Problem(message="Expected value of type Object", path=at)
                continue
            for name in required:
                if name not in handler:
                    yield Problem(message=f"The field '{name}' is required but was missing", path=at)
            found = list(field_problems(fields, handler, at))
            yield from found
            yield from _error_name_problems(handler, at, is_last=index == len(handlers) - 1)
            if field == "Retry" and not found:
                yield from _delay_problems(handler, at)


def _error_name_problems(handler: Mapping[str, Any], path: str, *, is_last: bool) -> Iterator[Problem]:
    names = handler.get("ErrorEquals")
    if not isinstance(names, list):
        return
    for index, name in enumerate(names):
        at = f"{path}/ErrorEquals[{index}]"
        if not isinstance(name, str):
            yield Problem(message="Expected value of type String", path=at)
        elif name == _ALL and (len(names) > 1 or not is_last):
            yield Problem(message="States.ALL must appear alone and at end of list", path=at)
        elif name.startswith("States.") and name not in _RESERVED:
            yield Problem(message=f"Error names that begin with 'States.' are reserved, and {name!r} is none", path=at)


def _delay_problems(retrier: Mapping[str, Any], path: str) -> Iterator[Problem]:
    # AWS documents the range of MaxDelaySeconds. That it must exceed the interval is the strict reading: a maximum that
    # the first delay has reached already has no use.
    interval = retrier.get("IntervalSeconds", _DEFAULT_RETRY["IntervalSeconds"])
    if retrier.get("MaxDelaySeconds", interval + 1) <= interval:
        yield Problem(
            message=f"MaxDelaySeconds must be greater than IntervalSeconds, which is {interval}",
            path=f"{path}/MaxDelaySeconds",
        )


def matches(names: Sequence[str], error: str) -> bool:
    """Return whether a retrier or catcher of these names handles an error.

    Nothing handles States.Runtime: a recorded execution of AWS failed although a catcher names it. States.ALL doesn't
    match States.DataLimitExceeded, as AWS documents; a recorded execution has it matched, so that a test here may fail
    where AWS continues.
    """
    if error == RUNTIME:
        return False
    if error in names or (_ALL in names and error != DATA_LIMIT_EXCEEDED):
        return True
    return "States.TaskFailed" in names and not error.startswith("States.")


def retry_delay(retriers: Sequence[Mapping[str, Any]], error: str, attempts: dict[int, int]) -> float | None:
    """Return the seconds until the next attempt, or None if there is none.

    Args:
        retriers: The state's.
        error: The last attempt's.
        attempts: How often each retrier was used during this visit of the state; it is counted up.
    """
    for index, retrier in enumerate(retriers):
        if not matches(retrier["ErrorEquals"], error):
            continue
        settings = {**_DEFAULT_RETRY, **retrier}
        count = attempts.get(index, 0)
        if count >= settings["MaxAttempts"]:
            return None
        attempts[index] = count + 1
        delay = settings["IntervalSeconds"] * settings["BackoffRate"] ** count
        delay = min(delay, settings.get("MaxDelaySeconds", delay))
        full = settings.get("JitterStrategy") == "FULL"
        return float(random.uniform(0, delay) if full else delay)  # noqa: S311 - jitter
    return None


def catcher_for(catchers: Sequence[Mapping[str, Any]], error: str) -> Mapping[str, Any] | None:
    """Return the first catcher that handles an error."""
    return next((catcher for catcher in catchers if matches(catcher["ErrorEquals"], error)), None)
