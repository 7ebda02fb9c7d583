"""Where CloudFormation's response may be sent: what it contains isn't for everybody.

An event comes from whoever may invoke the function, and the function's role lets it read what the sender may not.
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
"""Printable ASCII without the space and the backslash, which clients read differently."""
_HOST: Final = re.compile(r"([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_HTTPS_PORT: Final = 443
_ENDPOINT: Final = "AWS_ENDPOINT_URL"


def is_trusted(url: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a response may be sent to the URL.

    Args:
        url: The event's `ResponseURL`.
        environment: The function's. AWS sets no `AWS_ENDPOINT_URL`, and who sends an event can't set it; a local AWS
            sets it, and answers at that endpoint itself.

    Returns:
        True for HTTPS on its own port to a host of any AWS partition, and for the host and port of the endpoint that
        the environment names, or a bucket's name before that host.
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
    """The domains of all AWS partitions that botocore knows, such as `amazonaws.com` (its `data/partitions.json`)."""
    document: Any = botocore.loaders.create_loader().load_data("partitions")
    return frozenset(str(partition["outputs"]["dnsSuffix"]) for partition in document["partitions"])


def put(url: str, body: bytes, *, timeout: float) -> None:
    """PUT to the URL and nowhere else: a redirect is an error.

    Args:
        url: One that `is_trusted`.
        body: JSON.
        timeout: Seconds for each of connecting, sending and reading.

    Raises:
        urllib.error.HTTPError: The status isn't 2xx.
        OSError: The connection failed.
        http.client.HTTPException: What was received isn't HTTP.
    """
    # Without a handler for redirects, files or FTP, which urllib's own opener has.
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
    # S3 signed the URL for an empty content type.
    request = Request(url, data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310 - its scheme is checked
    with opener.open(request, timeout=timeout):
        pass


def _split(url: str) -> SplitResult | None:
    """The URL's parts; None where it isn't one of HTTP, names a user, or has a colon without a port."""
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
