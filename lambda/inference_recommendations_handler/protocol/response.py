"""Response to a custom resource's event."""

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
"""Limit of CloudFormation (user guide, "Custom resource response objects")."""
_ATTEMPTS: Final = 4
_TIMEOUT_SECONDS: Final = 4
_PAUSES_SECONDS: Final = (1, 2, 4)
"""Upper bounds, one after each attempt but the last."""
RESPONSE_SECONDS: Final = _ATTEMPTS * _TIMEOUT_SECONDS + sum(_PAUSES_SECONDS)
"""Upper bound for sending a response that the last attempt delivers."""
_ELLIPSIS: Final = "... "


class ResponseNotDeliveredError(Exception):
    """All attempts to send the response to CloudFormation's bucket failed."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """SUCCESS, or FAILED with a reason."""

    physical_resource_id: str
    reason: str | None = None
    """One line that starts with the cause; None for SUCCESS."""
    log_stream: str = ""
    """Appended to the reason, also to a shortened one, in the form that makes the CDK CLI print the log."""
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Return whether the status is SUCCESS."""
        return self.reason is None


def encode(response: Response, event: CustomResourceEvent) -> tuple[Response, bytes]:
    """Return the response that fits CloudFormation's limit, and its JSON of at most 4096 bytes.

    A long reason is cut between two characters. Data can't be cut without changing what is deployed, so a response
    with too much data becomes a failure.
    """
    body = _json(response, event, response.reason)
    if len(body) <= MAX_RESPONSE_BYTES:
        return response, body
    if response.succeeded:
        too_long = (
            f"The attributes take {len(body)} bytes and CloudFormation takes {MAX_RESPONSE_BYTES} in all: the "
            "recommendation's environment parameters are too long; shorten their names or values."
        )
        return encode(replace(response, reason=too_long, data={}), event)
    reason = response.reason or ""
    shortest, longest = 0, len(reason)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if len(_json(response, event, reason[:middle] + _ELLIPSIS)) <= MAX_RESPONSE_BYTES:
            shortest = middle
        else:
            longest = middle - 1
    return response, _json(response, event, reason[:shortest] + _ELLIPSIS)


def send(response: Response, event: CustomResourceEvent, *, remaining: Callable[[], float]) -> None:
    """PUT the response to the event's ResponseURL; retry for about 10 seconds.

    S3 rejects an expired URL with 403. CloudFormation no longer waits for that response, so it is logged and dropped.
    Other 4xx errors are retried: S3 returns 400 (RequestTimeout) if the body arrives too slowly. Nothing is sent to a
    URL outside AWS.

    Args:
        response: Response to send.
        event: Event to respond to.
        remaining: Returns the seconds that remain in the invocation. No attempt starts that might not complete.

    Raises:
        ResponseNotDeliveredError: All attempts failed.
    """
    if not is_trusted(event.response_url):
        log("response not sent: the ResponseURL is not one of AWS", level="ERROR", requestId=event.request_id)
        return
    response, body = encode(response, event)
    fields = {
        "requestId": event.request_id,
        "requestType": event.request_type,
        "logicalResourceId": event.logical_resource_id,
        "physicalResourceId": response.physical_resource_id,
    }
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            put(event.response_url, body, timeout=_TIMEOUT_SECONDS)
        except urllib.error.HTTPError as error:
            cause, expired = f"HTTP {error.code}", error.code == HTTPStatus.FORBIDDEN
            error.close()
        except (OSError, HTTPException, ValueError) as error:
            # The exception's message can contain the URL.
            cause, expired = type(error).__name__, False
        else:
            level, status = ("INFO", "SUCCESS") if response.succeeded else ("ERROR", "FAILED")
            log("response sent", level=level, status=status, reason=response.reason, **fields)
            return
        if expired:
            log("response rejected: CloudFormation no longer waits", level="WARNING", reason=cause, **fields)
            return
        log("response not delivered", level="WARNING", reason=cause, **fields)
        if attempt == _ATTEMPTS or remaining() < _PAUSES_SECONDS[attempt - 1] + _TIMEOUT_SECONDS:
            break
        time.sleep(random.uniform(0.5, 1) * _PAUSES_SECONDS[attempt - 1])  # noqa: S311 - jitter, not cryptography
    raise ResponseNotDeliveredError(
        f"The response could not be delivered to CloudFormation in {attempt} attempts ({cause})."
    )


def _json(response: Response, event: CustomResourceEvent, reason: str | None) -> bytes:
    document = {
        "Status": "SUCCESS" if response.succeeded else "FAILED",
        "PhysicalResourceId": response.physical_resource_id,
        "StackId": event.stack_id,
        "RequestId": event.request_id,
        "LogicalResourceId": event.logical_resource_id,
    }
    if reason is not None:
        line = " ".join(reason.split())
        document["Reason"] = f"{line} CloudWatch Log Stream: {response.log_stream}" if response.log_stream else line
    data = {"Data": dict(response.data)} if response.data else {}
    return json.dumps(document | data, ensure_ascii=False).encode("utf-8", errors="replace")
