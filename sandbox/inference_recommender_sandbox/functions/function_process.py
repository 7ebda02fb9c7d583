"""One process of a function: started once, invoked many times, one invocation at a time."""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import select
import struct
import subprocess
import tempfile
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .function_log import FunctionLog
from .invocation import Invocation, InvocationResult
from .runtime_api import RuntimeApi
from .runtimes import check_runtime, start_runtime
from .sdk_calls import SdkCalls

if TYPE_CHECKING:
    from inference_recommender_sandbox.clock import Clock

    from .function_configuration import FunctionConfiguration
    from .preloaded_python import ForkServers
    from .runtimes import RuntimeProcess

_OFFSET: Final = struct.Struct("d")
_POLL_SECONDS: Final = 0.05
_END_SECONDS: Final = 2.0
"""In which a process ends by itself once its stdin is closed."""
_STOP_SECONDS: Final = 5.0
_INITIALISATION_SECONDS: Final = 10.0
_CHUNK: Final = 65_536
"""Bytes that a pipe holds on Linux."""
_MAX_RESPONSE_BYTES: Final = 6 * 1024 * 1024 + 100
"""Of a response; source: the error that Lambda gives beyond it."""
_NEXT_LOOK_SECONDS: Final = 0.001


class FunctionProcess:
    """A process of a runtime, with the function's code, environment and clock.

    While its handler sleeps, the clock runs as fast as it does where nothing is at work.

    Args:
        configuration: What to run.
        clock: The sandbox's clock; the process sees it as `time.time()`, and sleeps on it.
        environment: Variables besides the function's own: endpoint and credentials.
        directory: A directory for the code; several processes of the same code may share it.
        fork_servers: Start the process where they can.

    Raises:
        UnsupportedRuntimeError: If the sandbox can't run it.
    """

    def __init__(
        self,
        configuration: FunctionConfiguration,
        *,
        clock: Clock,
        environment: dict[str, str],
        directory: Path,
        fork_servers: ForkServers,
    ) -> None:
        check_runtime(configuration.runtime)
        self._clock = clock
        self._offset_file = self._new_offset_file(directory)
        self.configuration = configuration
        self.log = FunctionLog(
            account_id=configuration.account_id,
            region=configuration.region,
            log_group=configuration.log_group,
        )
        self._task_root = _unpack(configuration, directory)
        self._api = RuntimeApi(sleep=self._sleep, call=SdkCalls(environment).respond)
        self._holds = 0
        self._deadline: float | None = None
        self._process = self._start(environment, fork_servers)
        self._copying = threading.Lock()
        self._reader = threading.Thread(target=self._copy_output, name=f"log-{configuration.name}", daemon=True)
        self._reader.start()

    @property
    def is_alive(self) -> bool:
        """Return whether the process can be invoked."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def invoke(self, *, request_id: str, payload: bytes) -> InvocationResult:
        """Invoke the function and wait for its response, at most as long as its timeout allows.

        The process is stopped after a timeout, as on AWS. Its initialisation has ten seconds of its own, and counts
        only beyond them: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
        """
        self._initialise()
        timeout = self.configuration.timeout
        started = self._clock.now()
        self._holds, self._deadline = self._clock.holds, started + timeout
        self._set_offset(started - time.time())
        self.log.start_tail()
        self.log.write(f"START RequestId: {request_id} Version: $LATEST\n")
        self._api.offer(
            Invocation(
                request_id=request_id,
                payload=payload,
                deadline=self._deadline,
                function_arn=self.configuration.arn,
            )
        )
        result = self._response(request_id, deadline=self._deadline)
        self._deadline = None
        duration = (self._clock.now() - started) * 1000
        self._finish_copying()
        self.log.write(f"END RequestId: {request_id}\n")
        self.log.write(
            f"REPORT RequestId: {request_id}\tDuration: {duration:.2f} ms\tBilled Duration: {int(duration) + 1} ms\t"
            f"Memory Size: {self.configuration.memory_size} MB\n"
        )
        return replace(result, log_tail=self.log.tail)

    def stop(self) -> None:
        """End the process as the end of the sandbox does, or kill it, and close its Runtime API."""
        if self._process.stdin:
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self._process.kill()
        self._process.wait(_STOP_SECONDS)
        self._reader.join(_STOP_SECONDS)
        self._api.close()
        self._offset_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the process as the operating system would; the invocation under way fails."""
        self._process.kill()

    def _initialise(self) -> None:
        deadline = time.monotonic() + _INITIALISATION_SECONDS
        while self.is_alive and self._api.responses.empty() and time.monotonic() < deadline:
            if self._api.is_asked.wait(_POLL_SECONDS):
                return

    def _sleep(self, seconds: float) -> bool:
        """Sleep for the handler, in a thread of the Runtime API; whoever outsleeps its timeout is never woken."""
        if self._deadline is None:
            return False
        remaining = self._deadline - self._clock.now()
        self._clock.sleep_for(self._holds, min(seconds, remaining))
        if seconds >= remaining:
            self._process.wait(_STOP_SECONDS)
        self._set_offset(self._clock.now() - time.time())
        return True

    def _response(self, request_id: str, *, deadline: float) -> InvocationResult:
        while (remaining := deadline - self._clock.now()) > 0:
            alive = self.is_alive
            try:
                response = self._api.responses.get(timeout=min(remaining, _POLL_SECONDS))
            except queue.Empty:
                if alive:
                    continue
                return self._crashed(request_id)
            if len(response.body) > _MAX_RESPONSE_BYTES:
                limit = f"Response payload size exceeded maximum allowed payload size ({_MAX_RESPONSE_BYTES} bytes)."
                return self._failure(limit, "Function.ResponseSizeTooLarge")
            return InvocationResult(payload=response.body, error="Unhandled" if response.failed else None)
        message = f"Task timed out after {self.configuration.timeout:.2f} seconds"
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.log.write(f"{stamp} {request_id} {message}\n\n")
        self._process.kill()
        return self._failure(f"{stamp} {request_id} {message}", "Sandbox.Timedout")

    def _crashed(self, request_id: str) -> InvocationResult:
        code = self._process.wait()
        cause = f"signal: {-code}" if code < 0 else f"exit status {code}"
        self.log.write(f"RequestId: {request_id} Error: Runtime exited with error: {cause}\nRuntime.ExitError\n")
        return self._failure(f"RequestId: {request_id} Error: Runtime exited with error: {cause}", "Runtime.ExitError")

    def _failure(self, message: str, kind: str) -> InvocationResult:
        payload = json.dumps({"errorType": kind, "errorMessage": message}).encode()
        return InvocationResult(payload=payload, error="Unhandled")

    def _start(self, environment: dict[str, str], fork_servers: ForkServers) -> RuntimeProcess:
        configuration = self.configuration
        variables = {
            "HOME": str(self._task_root),
            "LAMBDA_TASK_ROOT": str(self._task_root),
            "_HANDLER": configuration.handler,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{configuration.runtime}",
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory_size),
            "AWS_LAMBDA_LOG_GROUP_NAME": configuration.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log.stream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_REGION": configuration.region,
            "AWS_DEFAULT_REGION": configuration.region,
            **environment,
            **dict(configuration.environment),
        }
        return start_runtime(
            configuration.runtime,
            handler=configuration.handler,
            offset_file=self._offset_file,
            task_root=self._task_root,
            variables=variables,
            fork_servers=fork_servers,
        )

    def _copy_output(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        begun = b""
        with output:
            while select.select([output], [], []):
                with self._copying:
                    written = os.read(output.fileno(), _CHUNK)
                    *lines, begun = (begun + written).split(b"\n")
                    for line in lines:
                        self.log.write(f"{line.decode(errors='replace')}\n")
                    if not written:
                        if begun:
                            self.log.write(begun.decode(errors="replace"))
                        return

    def _finish_copying(self) -> None:
        """Wait until what the function wrote before it responded is in its log."""
        output = self._process.stdout
        while output is not None and self._reader.is_alive():
            with self._copying:
                if output.closed or not select.select([output], [], [], 0)[0]:
                    return
            self._reader.join(_NEXT_LOOK_SECONDS)

    def _new_offset_file(self, directory: Path) -> Path:
        descriptor, name = tempfile.mkstemp(prefix="clock-", dir=directory)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_OFFSET.pack(self._clock.now() - time.time()))
        return Path(name)

    def _set_offset(self, offset: float) -> None:
        with self._offset_file.open("r+b") as file:
            file.write(_OFFSET.pack(offset))


def _unpack(configuration: FunctionConfiguration, directory: Path) -> Path:
    task_root = directory / configuration.code_sha256.replace("/", "_").replace("+", "-").rstrip("=")
    if not task_root.exists():
        unpacked = Path(tempfile.mkdtemp(dir=directory))
        with zipfile.ZipFile(io.BytesIO(configuration.code)) as archive:
            archive.extractall(unpacked)
        # Another process of the same code may have been quicker.
        with contextlib.suppress(OSError):
            unpacked.rename(task_root)
    return task_root
