"""No web page reaches a server of the sandbox: what a browser could send, over a raw socket."""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from inference_recommender_sandbox.browser_requests import rejection
from inference_recommender_sandbox.functions.runtime_api import RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Account

PATHS = (
    "/",
    "/?Action=ListStacks",
    "/moto-api/",
    "/moto-api/data.json",
    "/moto-api/reset",
    "/_sandbox/health",
    "/_sandbox/faults",
    "/cloudformation-custom-resource-response-useast1/key?X-Amz-Signature=x",
    "/latest/meta-data/iam/security-credentials/",
    "/2015-03-31/functions/",
    "/bucket/page.html",
    "/2018-06-01/runtime/invocation/next",
    "/2018-06-01/runtime/invocation/x/response",
    "/sandbox/sleep",
)
PORT = 4599


@pytest.fixture(scope="module")
def runtime_api() -> Iterator[RuntimeApi]:
    api = RuntimeApi(sleep=lambda _: True, call=lambda _: b"{}")
    yield api
    api.close()


@pytest.fixture(params=["sandbox", "runtime API"])
def port(request: pytest.FixtureRequest, account: Account, runtime_api: RuntimeApi) -> int:
    """The port of each kind of server."""
    return account.sandbox.port if request.param == "sandbox" else int(runtime_api.address.rsplit(":", 1)[1])


def send(port: int, request: str) -> str:
    """Send a request as it is, but for `PORT`; return the whole response."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.replace("PORT", str(port)).encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return received.decode("latin-1")


def request(*headers: str, method: str = "GET", target: str = "/_sandbox/health", version: str = "HTTP/1.1") -> str:
    return "\r\n".join([f"{method} {target} {version}", *headers, "", ""])


def is_rejected(response: str) -> bool:
    return response.startswith(("HTTP/1.1 403 ", "HTTP/1.0 403 ")) and "The local AWS rejects this request" in response


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["Host:"],
        ["Host: evil.example:PORT"],
        ["Host: evil.example"],
        ["Host: localhost.evil.example:PORT"],
        ["Host: evillocalhost:PORT"],
        ["Host: .localhost:PORT"],
        ["Host: bucket..localhost:PORT"],
        ["Host: -bucket.localhost:PORT"],
        ["Host: localhost.:PORT"],
        ["Host: 127.0.0.1.:PORT"],
        ["Host: 127.0.0.1.evil.example:PORT"],
        ["Host: bucket.127.0.0.1:PORT"],
        ["Host: 0.0.0.0:PORT"],
        ["Host: 127.0.0.2:PORT"],
        ["Host: 127.1:PORT"],
        ["Host: 2130706433:PORT"],
        ["Host: 0x7f000001:PORT"],
        ["Host: [::1]:PORT"],
        ["Host: [::ffff:127.0.0.1]:PORT"],
        ["Host: localhost:1"],
        ["Host: localhost:80"],
        ["Host: localhost:0PORT"],
        ["Host: localhost:"],
        ["Host: localhost:PORT:PORT"],
        ["Host: localhost:PORT@evil.example"],
        ["Host: evil.example@localhost:PORT"],
        ["Host: localhost:PORT, evil.example"],
        ["Host: localhost:PORT/evil"],
        ["Host: localhost:PORT#evil"],
        ["Host: localhost\\evil:PORT"],
        ["Host: localhost:PORT\r\n evil.example"],
        ["Host: localhost%00:PORT"],
        ["Host: localhost\xa0:PORT"],
        ["Host: localhost:\xb2\xb3"],
        ["Host: localhost:PORT", "Host: evil.example:PORT"],
        ["Host: evil.example:PORT", "Host: localhost:PORT"],
        ["Host: localhost:PORT", "Host: localhost:PORT"],
        ["Host: localhost:PORT", "hOST: localhost:PORT"],
        ["Host: evil.example:PORT", "X-Forwarded-Host: localhost:PORT", "Forwarded: host=localhost:PORT"],
    ],
)
@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/1.0"])
def test_a_foreign_host_is_rejected(port: int, hosts: list[str], version: str) -> None:
    assert is_rejected(send(port, request(*hosts, version=version)))


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/_sandbox/health",
        "http://localhost:PORT/_sandbox/health",
        "HTTP://evil.example/",
        "evil.example:443",
        "*",
        "_sandbox/health",
        "@evil.example/",
    ],
)
def test_a_target_that_is_no_path_is_rejected(port: int, target: str) -> None:
    assert is_rejected(send(port, request("Host: localhost:PORT", target=target)))
    assert is_rejected(send(port, request("Host: evil.example", target=target)))


def test_a_request_without_a_version_is_rejected(port: int) -> None:
    assert "rejects this request" in send(port, "GET /_sandbox/health\r\n\r\n")


@pytest.mark.parametrize(
    "header",
    [
        "Origin: http://evil.example",
        "Origin: https://evil.example",
        "Origin: http://localhost:3000",
        "Origin: http://localhost:PORT",
        "Origin: http://127.0.0.1:PORT",
        "Origin: null",
        "Origin:",
        "oRIGIN: http://evil.example",
        "Origin:\r\n http://evil.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "sec-fetch-site: CROSS-SITE",
        "Sec-Fetch-Site: ",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: none, cross-site",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_is_rejected_on_every_path(port: int, method: str, header: str) -> None:
    page = ("Host: localhost:PORT", header)
    assert [path for path in PATHS if not is_rejected(send(port, request(*page, method=method, target=path)))] == []


@pytest.mark.parametrize("path", [*PATHS, "*"])
def test_a_preflight_is_rejected_and_no_response_allows_a_page_to_read_it(port: int, path: str) -> None:
    requested = ("Access-Control-Request-Method: POST", "Access-Control-Request-Private-Network: true")
    for origin in ((), ("Origin: http://evil.example",)):
        response = send(port, request("Host: localhost:PORT", *origin, *requested, method="OPTIONS", target=path))
        assert is_rejected(response)
        assert "access-control-" not in response.lower()


@pytest.mark.parametrize("path", ["/", "/moto-api/", "/_sandbox/health", "/bucket/page.html", "/sandbox/nonsense"])
def test_no_response_has_a_cors_header(port: int, path: str) -> None:
    response = send(port, request("Host: localhost:PORT", target=path))
    assert not is_rejected(response)
    assert "access-control-" not in response.lower()


def test_a_bucket_s_own_cors_rules_let_no_page_in(account: Account) -> None:
    storage = account.client("s3")
    storage.create_bucket(Bucket="open")
    storage.put_object(Bucket="open", Key="page.html", Body=b"secret")
    rule = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}
    storage.put_bucket_cors(Bucket="open", CORSConfiguration={"CORSRules": [rule]})
    for method in ("GET", "OPTIONS"):
        page = ("Host: localhost:PORT", "Origin: http://evil.example", "Access-Control-Request-Method: GET")
        response = send(account.sandbox.port, request(*page, method=method, target="/open/page.html"))
        assert is_rejected(response)
        assert "secret" not in response
        assert "access-control-" not in response.lower()


def test_a_form_post_changes_nothing(account: Account) -> None:
    """A form needs no preflight, and its body may be JSON or a query: so a page could order faults or deploy."""
    ordered = json.dumps({"fault": "kill-function", "function": "from-a-page"})
    page = ("Host: localhost:PORT", "Origin: null", "Content-Type: text/plain", f"Content-Length: {len(ordered)}")
    assert is_rejected(send(account.sandbox.port, request(*page, method="POST", target="/_sandbox/faults") + ordered))
    assert account.sandbox.faults.take("kill-function", function="from-a-page") is None


def test_a_page_neither_takes_an_invocation_nor_responds_to_one(runtime_api: RuntimeApi) -> None:
    port = int(runtime_api.address.rsplit(":", 1)[1])
    response = "/2018-06-01/runtime/invocation/x/response"
    for page in (("Host: evil.example:PORT",), ("Host: localhost:PORT", "Origin: null")):
        assert is_rejected(send(port, request(*page, "Content-Length: 2", method="POST", target=response) + "{}"))
        assert is_rejected(send(port, request(*page, target="/2018-06-01/runtime/invocation/next")))
    assert not runtime_api.is_asked.is_set()
    with pytest.raises(queue.Empty):
        runtime_api.responses.get_nowait()


def test_what_follows_a_rejected_request_is_not_read_as_another(port: int) -> None:
    hidden = request("Host: localhost:PORT", target="/_sandbox/health")
    response = send(port, request("Host: evil.example", method="POST") + hidden)
    assert response.count("HTTP/1.1 ") == 1
    assert is_rejected(response)


def test_a_long_body_doesn_t_hide_the_reason(port: int) -> None:
    body = "x" * 300_000
    assert is_rejected(send(port, request("Host: evil", f"Content-Length: {len(body)}", method="POST") + body))
    for length in ("-1", "nonsense", "\xb2"):
        assert is_rejected(send(port, request("Host: evil", f"Content-Length: {length}", method="POST")))


@pytest.mark.parametrize(
    "host",
    [
        "localhost:PORT",
        "localhost",
        "LocalHost:PORT",
        "127.0.0.1:PORT",
        "127.0.0.1",
        " localhost:PORT ",
        "bucket.localhost:PORT",
        "a.bucket-1.localhost:PORT",
        "bucket.s3.localhost:PORT",
        "123456789012.s3-control.localhost:PORT",
    ],
)
@pytest.mark.parametrize("site", ["", "Sec-Fetch-Site: none", "Sec-Fetch-Site: same-origin"])
def test_tools_and_a_person_who_types_the_address_are_served(port: int, host: str, site: str) -> None:
    headers = [f"Host: {host}", *([site] if site else [])]
    assert not is_rejected(send(port, request(*headers)))


@given(st.text() | st.from_regex(r"[a-z0-9.:@\[\]-]*(localhost|127\.0\.0\.1)[a-z0-9.:@-]*", fullmatch=True))
def test_a_host_that_is_accepted_is_this_machine(host: str) -> None:
    headers = Message()
    headers["Host"] = host
    if rejection(method="GET", target="/", headers=headers, port=PORT) is None:
        parsed = urlsplit(f"http://{host.strip()}/")
        assert parsed.port in {None, PORT}
        assert (parsed.username, parsed.password, parsed.path) == (None, None, "/")
        assert parsed.hostname == "127.0.0.1" or f".{parsed.hostname}".endswith(".localhost")


@pytest.mark.parametrize("style", ["path", "virtual", "auto"])
def test_boto3_reaches_buckets_by_either_addressing(
    account: Account, style: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def resolve_localhost(host: Any, *arguments: Any, **options: Any) -> Any:
        # Not every resolver knows that what ends in .localhost is this machine.
        return resolve("localhost" if str(host).endswith(".localhost") else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_localhost)
    storage = boto3.client(
        "s3",
        endpoint_url=account.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(s3={"addressing_style": style}),
    )
    bucket = f"addressed-by-{style}"
    storage.create_bucket(Bucket=bucket)
    storage.put_object(Bucket=bucket, Key="folder/key", Body=b"content")
    assert storage.get_object(Bucket=bucket, Key="folder/key")["Body"].read() == b"content"
    assert [each["Key"] for each in storage.list_objects_v2(Bucket=bucket)["Contents"]] == ["folder/key"]


def test_moto_s_dashboard_and_curl_are_served(account: Account) -> None:
    account.function("def handler(event, context): pass")
    port = account.sandbox.port
    assert "moto" in send(port, request("Host: localhost:PORT", "Sec-Fetch-Site: none", target="/moto-api/")).lower()
    data = send(port, request("Host: localhost:PORT", "Sec-Fetch-Site: same-origin", target="/moto-api/data.json"))
    assert data.startswith("HTTP/1.1 200 ")


def test_the_aws_cli_works(account: Account) -> None:
    done = subprocess.run(
        ["aws", "cloudformation", "list-stacks"],
        env={**os.environ, **account.sandbox.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "StackSummaries" in json.loads(done.stdout)
