"""Trusted destinations of a response.

Anyone with permission to invoke the function can send an event, and the function's role can read what the sender can't.
CloudFormation's ResponseURL is a presigned URL of an S3 bucket of AWS, which differs by Region and partition.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

import botocore.loaders

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHARACTERS: Final = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without the space and the backslash, which clients interpret differently."""
_HOST: Final = re.compile(r"([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_HTTPS_PORT: Final = 443
_ENDPOINT: Final = "AWS_ENDPOINT_URL"


def is_trusted(url: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a response may be sent to the URL.

    Args:
        url: The event's `ResponseURL`.
        environment: Environment of the function. Lambda sets no `AWS_ENDPOINT_URL`, and the sender of an event can't
            set it. A local AWS sets it, and receives responses at that endpoint.

    Returns:
        True for HTTPS on its default port to a host of any AWS partition, and for the host and port of
        `AWS_ENDPOINT_URL`, also with a bucket name before that host.
    """
    target = _split(url)
    if target is None:
        return False
    host, port = str(target.hostname), target.port
    if (
        target.scheme == "https"
        and port in {None, _HTTPS_PORT}
        and _HOST.fullmatch(host)
        and host.endswith(tuple(f".{suffix}" for suffix in dns_suffixes()))
    ):
        return True
    endpoint = _split(environment.get(_ENDPOINT, ""))
    return (
        endpoint is not None
        and (target.scheme, port) == (endpoint.scheme, endpoint.port)
        and (host == endpoint.hostname or host.endswith(f".{endpoint.hostname}"))
    )


@cache
def dns_suffixes() -> frozenset[str]:
    """Return the domains of all AWS partitions, such as `amazonaws.com` (botocore, `data/partitions.json`)."""
    document: Any = botocore.loaders.create_loader().load_data("partitions")
    return frozenset(str(partition["outputs"]["dnsSuffix"]) for partition in document["partitions"])


def put(url: str, body: bytes, *, timeout: float) -> None:
    """PUT to the URL. Redirects are errors.

    Args:
        url: Trusted URL (`is_trusted`).
        body: JSON.
        timeout: Seconds for each of connect, send, and read.

    Raises:
        urllib.error.HTTPError: The status isn't 2xx.
        OSError: The connection failed.
        http.client.HTTPException: The response isn't valid HTTP.
    """
    # Unlike urllib's default opener, without handlers for redirects, files, and FTP.
    opener = OpenerDirector()
    for handler in (
        ProxyHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPDefaultErrorHandler,
        HTTPErrorProcessor,
        UnknownHandler,
    ):
        opener.add_handler(handler())
    # The signature of the URL covers an empty content type.
    request = Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310 - its scheme is checked
    with opener.open(request, timeout=timeout):
        pass


def _split(url: str) -> SplitResult | None:
    """Split an HTTP URL. Return None for any other URL, and for one with user information or a colon without a port."""
    if not _CHARACTERS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    if parts.netloc.endswith(":"):
        return None
    return parts
