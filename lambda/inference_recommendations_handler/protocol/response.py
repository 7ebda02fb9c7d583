"""The answer to a custom resource's event."""

from __future__ import annotations

import json
import random
import time
import urllib.error
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from .log import log
from .response_url import is_trusted, put

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .custom_resource_event import CustomResourceEvent

MAX_RESPONSE_BYTES: Final = 4096
"""CloudFormation refuses longer ones (user guide, "Custom resource response objects")."""
_ATTEMPTS: Final = 4
_TIMEOUT_SECONDS: Final = 4
_PAUSES_SECONDS: Final = (1, 2, 4)
"""At most, after each attempt but the last."""
RESPONSE_SECONDS: Final = _ATTEMPTS * _TIMEOUT_SECONDS + sum(_PAUSES_SECONDS)
"""What an answer takes that is taken at the last attempt, and as late as it can be."""
_CUT: Final = "... "


class ResponseNotDeliveredError(Exception):
    """CloudFormation's bucket didn't take the answer although it was tried several times."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """SUCCESS, or FAILED with a reason."""

    physical_resource_id: str
    reason: str | None = None
    """One line, cause first; None says SUCCESS."""
    log_stream: str = ""
    """Follows the reason, whatever is cut of it, in the words that the CDK CLI recognises and prints the log for."""
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether it says SUCCESS."""
        return self.reason is None


def sendable(answer: Response, event: CustomResourceEvent) -> Response:
    """What is told instead of an answer that CloudFormation wouldn't take.

    Data can't be cut without changing what is deployed, so that an answer whose data is too long says FAILED.
    """
    size = len(_encode(answer, event, _reason(answer, answer.reason)))
    if not answer.succeeded or size <= MAX_RESPONSE_BYTES:
        return answer
    too_long = (
        f"The attributes take {size} bytes and CloudFormation takes {MAX_RESPONSE_BYTES} in all: the recommendation's "
        "environment parameters are too long; shorten their names or values."
    )
    return replace(answer, reason=too_long, data={})


def body_of(answer: Response, event: CustomResourceEvent) -> bytes:
    """A sendable answer as JSON of at most 4096 bytes: a long reason is cut on a character's boundary."""
    encoded = _encode(answer, event, _reason(answer, answer.reason))
    if len(encoded) <= MAX_RESPONSE_BYTES:
        return encoded
    reason = answer.reason or ""
    shortest, longest = 0, len(reason)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if len(_encode(answer, event, _reason(answer, reason[:middle] + _CUT))) <= MAX_RESPONSE_BYTES:
            shortest = middle
        else:
            longest = middle - 1
    return _encode(answer, event, _reason(answer, reason[:shortest] + _CUT))


def send(answer: Response, event: CustomResourceEvent, *, remaining: Callable[[], float]) -> None:
    """PUT the answer to the event's ResponseURL; what isn't taken is tried again for some 10 seconds.

    A URL that has expired is refused with 403: CloudFormation waits no more, and the answer is dropped with a log line.
    Other 4xx may pass: S3 says 400 (RequestTimeout) where the body came too slowly. To a URL that isn't one of AWS
    nothing is sent.

    Args:
        answer: What is told, unless it is too long.
        event: What is answered.
        remaining: Seconds that the function has left; no attempt is begun that it couldn't see the end of.

    Raises:
        ResponseNotDeliveredError: none of the attempts was taken.
    """
    if not is_trusted(event.response_url):
        log("not answered: the ResponseURL is not one of AWS", level="ERROR", requestId=event.request_id)
        return
    answer = sendable(answer, event)
    body = body_of(answer, event)
    fields = {
        "requestId": event.request_id,
        "requestType": event.request_type,
        "logicalResourceId": event.logical_resource_id,
        "physicalResourceId": answer.physical_resource_id,
    }
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _put(event.response_url, body)
        except urllib.error.HTTPError as error:
            cause, refused = f"HTTP {error.code}", error.code == HTTPStatus.FORBIDDEN
            error.close()
        except (OSError, HTTPException, ValueError) as error:
            # Not the text, which may have the URL in it.
            cause, refused = type(error).__name__, False
        else:
            level, status = ("INFO", "SUCCESS") if answer.succeeded else ("ERROR", "FAILED")
            log("answered", level=level, status=status, reason=answer.reason, **fields)
            return
        if refused:
            log("answer refused, CloudFormation waits no more", level="WARNING", reason=cause, **fields)
            return
        log("answer not taken", level="WARNING", reason=cause, **fields)
        if attempt == _ATTEMPTS or remaining() < _PAUSES_SECONDS[attempt - 1] + _TIMEOUT_SECONDS:
            break
        time.sleep(random.uniform(0.5, 1) * _PAUSES_SECONDS[attempt - 1])  # noqa: S311 - jitter, not cryptography
    message = f"CloudFormation's response URL didn't take the answer in {attempt} attempts ({cause})."
    raise ResponseNotDeliveredError(message)


def _put(url: str, body: bytes) -> None:
    put(url, body, timeout=_TIMEOUT_SECONDS)


def _reason(answer: Response, text: str | None) -> str | None:
    if text is None:
        return None
    line = " ".join(text.split())
    return f"{line} CloudWatch Log Stream: {answer.log_stream}" if answer.log_stream else line


def _encode(answer: Response, event: CustomResourceEvent, reason: str | None) -> bytes:
    response = {
        "Status": "SUCCESS" if answer.succeeded else "FAILED",
        "PhysicalResourceId": answer.physical_resource_id,
        "StackId": event.stack_id,
        "RequestId": event.request_id,
        "LogicalResourceId": event.logical_resource_id,
    }
    optional = ({"Reason": reason} if reason else {}) | ({"Data": dict(answer.data)} if answer.data else {})
    return json.dumps(response | optional, ensure_ascii=False).encode("utf-8", errors="replace")
