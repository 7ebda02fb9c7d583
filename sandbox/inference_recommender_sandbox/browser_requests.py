"""Rejection of the requests that web pages make: the sandbox runs code, and a page must not reach it."""

from __future__ import annotations

import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from email.message import Message

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(
    # AWS's tools put a bucket or an account id before a custom endpoint's host, but never before an IP address.
    rf"(?:(?:{_LABEL}\.)*localhost|127\.0\.0\.1)(?::(?P<port>\d{{1,5}}))?",
    re.ASCII | re.IGNORECASE,
)
_CORS_PREFIX: Final = "access-control-"
_SAME_PAGE: Final = frozenset({"none", "same-origin"})
"""Values of `Sec-Fetch-Site` for an address that a person opened, and for what moto's dashboard loads."""
_MAX_DRAINED_BYTES: Final = 1_000_000


def rejection(*, method: str, target: str, headers: Message, port: int) -> str | None:
    """Return why a request is rejected; None for a request that a tool may have sent.

    A page can't remove or choose these parts of a request: the browser writes `Host`, `Origin`, and `Sec-Fetch-Site`
    (https://fetch.spec.whatwg.org/#forbidden-request-header, https://www.w3.org/TR/fetch-metadata/). `Host` alone
    stops DNS rebinding, and `Origin` alone a form post. No AWS tool sends `Origin`, `OPTIONS`, or a whole URL.

    Args:
        method: The request's method.
        target: The request's target, as received.
        headers: All headers, repeated ones included.
        port: The port that the server listens on.
    """
    hosts = headers.get_all("Host", [])
    if len(hosts) != 1 or not _is_local(hosts[0].strip(" \t"), port):
        return f"its Host must be localhost:{port}"
    if headers.get_all("Origin"):
        return "it has an Origin, as only a web page's has"
    if not _SAME_PAGE.issuperset(headers.get_all("Sec-Fetch-Site", [])):
        return "a web page of another site sent it"
    if method == "OPTIONS":
        return "OPTIONS is for web pages only"
    if not target.startswith("/"):
        return "its target must be a path"
    return None


def _is_local(host: str, port: int) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and match["port"] in (None, str(port))


class ToolRequestHandler(BaseHTTPRequestHandler):
    """Request handler that rejects web pages' requests before they are routed, and sends no CORS header."""

    def parse_request(self) -> bool:
        """Return whether the request is to be handled; responds to one that isn't."""
        if not super().parse_request():
            return False
        reason = rejection(
            method=self.command,
            target=self.path,
            headers=self.headers,
            port=self.connection.getsockname()[1],
        )
        if reason is None:
            return True
        self._reject(f"The local AWS rejects this request: {reason}.\n".encode())
        return False

    def send_header(self, keyword: str, value: str) -> None:
        """Send a header, unless it would let a web page read the response."""
        if not keyword.lower().startswith(_CORS_PREFIX):
            super().send_header(keyword, value)

    def _reject(self, body: bytes) -> None:
        # Closing a connection with unread bytes resets it, and the client would lose the response.
        length = self.headers.get("Content-Length", "")
        if length.isascii() and length.isdecimal():
            self.rfile.read(min(int(length), _MAX_DRAINED_BYTES))
        self.close_connection = True
        self.send_response(HTTPStatus.FORBIDDEN)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
