"""Responses are only sent to AWS, or to the local AWS that the function runs in."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inference_recommendations_handler.protocol.response_url import dns_suffixes, is_trusted, put
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from collections.abc import Iterator

SANDBOX = {"AWS_ENDPOINT_URL": "http://localhost:4599"}


def test_the_domains_are_those_of_all_partitions() -> None:
    # botocore can add a partition. If it removes one, check why.
    assert dns_suffixes() >= {
        "amazonaws.com",
        "amazonaws.com.cn",
        "amazonaws.eu",
        "c2s.ic.gov",
        "cloud.adc-e.uk",
        "csp.hci.ic.gov",
        "sc2s.sgov.gov",
    }


@pytest.mark.parametrize(
    "url",
    [
        RESPONSE_URL,
        "https://cloudformation-custom-resource-response-useast2.s3.us-east-2.amazonaws.com/arn%3Aaws?X-Amz-Date=1",
        "https://cloudformation-custom-resource-response-uswest2.s3-us-west-2.amazonaws.com:443/key",
        "https://cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn/key",
        "https://cloudformation-custom-resource-response-eusc.s3.eusc-de-east-1.amazonaws.eu/key",
        "https://cloudformation-custom-resource-response-usisoeast1.s3.us-iso-east-1.c2s.ic.gov/key",
        "HTTPS://BUCKET.S3.AMAZONAWS.COM/key",
    ],
)
def test_aws_is_trusted_in_every_partition(url: str) -> None:
    assert is_trusted(url, {})
    assert is_trusted(url, SANDBOX)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "secret",
        "http://bucket.s3.amazonaws.com/key",
        "file:///etc/passwd",
        "file://bucket.s3.amazonaws.com/key",
        "ftp://bucket.s3.amazonaws.com/key",
        "data:,x",
        "//bucket.s3.amazonaws.com/key",
        "https:/bucket.s3.amazonaws.com/key",
        "https://amazonaws.com/key",
        "https://evilamazonaws.com/key",
        "https://s3.amazonaws.com.evil.example/key",
        "https://evil.example/s3.amazonaws.com",
        "https://evil.example#.s3.amazonaws.com",
        "https://evil.example?.s3.amazonaws.com",
        "https://evil.example\\.s3.amazonaws.com/key",
        "https://evil.example\\@s3.amazonaws.com/key",
        "https://s3.amazonaws.com@evil.example/key",
        "https://user:password@s3.amazonaws.com/key",
        "https://@s3.amazonaws.com/key",
        "https://s3.amazonaws.com:8443/key",
        "https://s3.amazonaws.com:99999/key",
        "https://s3.amazonaws.com:x/key",
        "https://.amazonaws.com/key",
        "https://s3..amazonaws.com/key",
        "https://s3.amazonaws.com./key",
        "https://s3%2eamazonaws.com/key",
        "https://s3.amazonaws\u3002com/key",
        "https://\u24d42.amazonaws.com/key",
        "https://s3.amazonaws.com/a b",
        "https://s3.amazonaws.com/\r\nX: y",
        " https://s3.amazonaws.com/key",
        "https://[::1]/key",
        "https://[::1].amazonaws.com/key",
        "https://169.254.169.254/key",
        "https://lambda.on.aws/key",
        "http://localhost:4599/key",
    ],
)
def test_nothing_else_is_trusted(url: str) -> None:
    assert not is_trusted(url, {})


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("http://localhost:4599/cloudformation-custom-resource-response-useast1/key?X-Amz-Signature=1", True),
        ("http://answers.localhost:4599/key", True),
        ("https://localhost:4599/key", False),
        ("http://localhost:4598/key", False),
        ("http://localhost/key", False),
        ("http://127.0.0.1:4599/key", False),
        ("http://evillocalhost:4599/key", False),
        ("http://localhost:4599@evil.example/key", False),
        ("http://localhost:4599.evil.example/key", False),
        ("http://bucket.s3.amazonaws.com/key", False),
        ("file://localhost:4599/key", False),
    ],
)
def test_a_local_aws_is_trusted_where_the_function_runs_in_it(url: str, trusted: bool) -> None:
    assert is_trusted(url, SANDBOX) is trusted
    assert not is_trusted(url, {"AWS_ENDPOINT_URL": ""})
    assert not is_trusted(url, {"AWS_ENDPOINT_URL": "no URL"})


PIECES = ["http://", "s3.amazonaws.com", "evil.example", "user", "@", ":", "443", "1", "/", "\\", "?", "#", "."]


@example(pieces=["s3.amazonaws.com", ":"])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=8))
def test_what_is_trusted_is_what_is_connected_to(pieces: list[str]) -> None:
    url = "https://" + "".join(pieces)
    if is_trusted(url, {}):
        assert re.fullmatch(r"([a-z0-9-]+\.)+amazonaws\.com(:443)?", str(Request(url).host))


class Server(BaseHTTPRequestHandler):
    status: ClassVar[int]
    location: ClassVar[str]
    received: ClassVar[list[tuple[str, str, bytes]]]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.status)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()

    do_GET = do_PUT  # noqa: N815 - what a redirect would be followed with

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(status: int) -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    received: list[tuple[str, str, bytes]] = []
    handler = type("Ordered", (Server,), {"status": status, "location": "/elsewhere", "received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", received
        listening.shutdown()
        thread.join()


def test_a_response_is_put_with_the_content_type_that_s3_signed() -> None:
    with server(200) as (url, received):
        put(f"{url}/key?a=b", b"{}", timeout=5)
    assert received == [("/key?a=b", "", b"{}")]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 403, 500])
def test_a_redirect_is_not_followed(status: int) -> None:
    with server(status) as (url, received):
        with pytest.raises(HTTPError) as raised:
            put(f"{url}/key", b"{}", timeout=5)
        raised.value.close()
    assert raised.value.code == status
    assert [path for path, _, _ in received] == ["/key"]


def test_a_file_is_not_opened() -> None:
    with pytest.raises(URLError, match="unknown url type"):
        put("file:///etc/hostname", b"{}", timeout=5)
