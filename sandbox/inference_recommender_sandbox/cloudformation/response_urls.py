"""The URLs that custom resources respond to, and the responses."""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.faults import EngineFaults

EXPIRES_SECONDS: Final = 7200
PATH_PREFIX: Final = "/cloudformation-custom-resource-response-"


@dataclass(kw_only=True)
class PendingResponse:
    """A response that CloudFormation waits for.

    Attributes:
        body: What was PUT first; `None` until then.
    """

    stack_id: str
    logical_id: str
    request_id: str
    key: str
    signature: str
    url: str
    expires_at: float
    body: bytes | None = None


class ResponseUrls:
    """Makes URLs that look like S3's presigned ones, and takes what is PUT to them.

    As on AWS the URL expires two hours after it was made, on the sandbox's clock. The bucket takes every PUT until
    then, but only the first counts.

    Args:
        clock: Signs and expires the URLs.
        endpoint_url: The sandbox's own address.
        faults: What is ordered to go wrong.
    """

    def __init__(self, *, clock: Clock, endpoint_url: Callable[[], str], faults: EngineFaults) -> None:
        self._faults = faults
        self._clock = clock
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._pending: dict[str, PendingResponse] = {}

    def open(self, *, stack_id: str, logical_id: str, region: str) -> PendingResponse:
        """Make the URL of a new request."""
        now = self._clock.now()
        request_id = str(uuid.uuid4())
        key = f"{stack_id}|{logical_id}|{request_id}"
        signature = secrets.token_hex(32)
        date = datetime.fromtimestamp(now, UTC)
        bucket = PATH_PREFIX.strip("/") + region.replace("-", "")
        query = "&".join(
            f"{name}={quote(value, safe='')}"
            for name, value in {
                "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                "X-Amz-Date": date.strftime("%Y%m%dT%H%M%SZ"),
                "X-Amz-SignedHeaders": "host",
                "X-Amz-Expires": str(EXPIRES_SECONDS),
                "X-Amz-Credential": f"AKIASANDBOX/{date:%Y%m%d}/{region}/s3/aws4_request",
                "X-Amz-Signature": signature,
            }.items()
        )
        pending = PendingResponse(
            stack_id=stack_id,
            logical_id=logical_id,
            request_id=request_id,
            key=key,
            signature=signature,
            url=f"{self._endpoint_url()}/{bucket}/{quote(key, safe='')}?{query}",
            expires_at=now + EXPIRES_SECONDS,
        )
        with self._lock:
            self._pending[key] = pending
        return pending

    def put(self, path: str, signature: str, body: bytes) -> int:
        """Take a PUT.

        Args:
            path: The URL's path, quoted or not.
            signature: The URL's `X-Amz-Signature`.
            body: Whatever was sent.

        Returns:
            The HTTP status: 200, 403 for a URL that is unknown, tampered with or expired, or 503 by order.
        """
        if self._faults.take("reject-response"):
            return 503
        key = unquote(path.removeprefix(PATH_PREFIX).split("/", 1)[-1])
        with self._lock:
            pending = self._pending.get(key)
            if pending is None or pending.signature != signature or self._clock.now() > pending.expires_at:
                return 403
            if pending.body is None and _is_for(pending, body):
                pending.body = body
        self._clock.notify()
        return 200


def _is_for(pending: PendingResponse, body: bytes) -> bool:
    """Whether a response names the request that it responds to; CloudFormation ignores one that names another."""
    try:
        response = json.loads(body)
    except ValueError:
        return True
    return not isinstance(response, dict) or all(
        response.get(name) == expected
        for name, expected in (
            ("RequestId", pending.request_id),
            ("StackId", pending.stack_id),
            ("LogicalResourceId", pending.logical_id),
        )
    )
