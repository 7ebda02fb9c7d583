"""The Lambda Runtime API of one function process."""

from __future__ import annotations

import queue
import threading
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.browser_requests import ToolRequestHandler

if TYPE_CHECKING:
    from collections.abc import Callable

    from .invocation import Invocation

_RUNTIME: Final = "/2018-06-01/runtime"
SLEEP_PATH: Final = "/sandbox/sleep"
CALL_PATH: Final = "/sandbox/call"


class RuntimeApi:
    """Serves `/2018-06-01/runtime/...` on a loopback port of its own, since `AWS_LAMBDA_RUNTIME_API` is host:port.

    Besides, `/sandbox/sleep` responds when as many virtual seconds have passed as its body says, and `/sandbox/call`
    makes the call of an AWS service that its body describes.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

    Args:
        sleep: Sleeps so many virtual seconds; False where nothing is invoked, so that the process has to sleep itself.
        call: Makes a call for the function, and describes what came of it.
    """

    def __init__(self, *, sleep: Callable[[float], bool], call: Callable[[bytes], bytes]) -> None:
        self._sleep = sleep
        self._call = call
        self.responses: queue.Queue[RuntimeResponse] = queue.Queue()
        self.is_asked = threading.Event()
        """The process has initialised, and requests invocations."""
        self._invocations: queue.Queue[Invocation | None] = queue.Queue()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="runtime-api", daemon=True
        ).start()

    def offer(self, invocation: Invocation) -> None:
        """Give the process its next invocation."""
        self._invocations.put(invocation)

    def close(self) -> None:
        """Stop serving; a process that still waits for an invocation is ended."""
        self._invocations.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[ToolRequestHandler]:
        api = self

        class Handler(ToolRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body are sent apart: the body would wait 40 ms for the headers' delayed acknowledgement.
            disable_nagle_algorithm = True

            def do_GET(self) -> None:  # noqa: N802 - http.server calls it so
                if self.path != f"{_RUNTIME}/invocation/next":
                    self._reply(HTTPStatus.NOT_FOUND, b"{}")
                    return
                api.is_asked.set()
                invocation = api._invocations.get()
                if invocation is None:
                    # The process is gone, or is about to be.
                    self.close_connection = True
                    return
                self._reply(
                    HTTPStatus.OK,
                    invocation.payload,
                    {
                        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                        "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
                        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                    },
                )

            def do_POST(self) -> None:  # noqa: N802 - http.server calls it so
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == SLEEP_PATH:
                    self._reply(HTTPStatus.OK if api._sleep(float(body)) else HTTPStatus.CONFLICT, b"{}")
                    return
                if self.path == CALL_PATH:
                    self._reply(HTTPStatus.OK, api._call(body))
                    return
                self._reply(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
                kind = self.path.rsplit("/", 1)[-1]
                api.responses.put(RuntimeResponse(failed=kind == "error", body=body))

            def _reply(self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a process that was killed leaves its connection broken."""


class RuntimeResponse:
    """What the process posted: a response, an error of an invocation, or an error of its initialisation."""

    def __init__(self, *, failed: bool, body: bytes) -> None:
        self.failed = failed
        self.body = body
