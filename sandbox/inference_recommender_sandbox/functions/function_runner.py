"""Invokes functions: finds or starts a process."""

from __future__ import annotations

import json
import secrets
import string
import tempfile
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from moto.awslambda.models import lambda_backends

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .function_configuration import FunctionConfiguration
from .function_process import FunctionProcess
from .invocation import InvocationResult
from .preloaded_python import ForkServers
from .runtimes import UnsupportedRuntimeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.faults import EngineFaults

_MAX_IDLE_PROCESSES: Final = 20
"""Of a function. A start takes some ten times as long as a call, and AWS keeps them all for a while."""

_BROKEN_HANDLER: Final = "broken_by_order.handler"
"""No function has such a module."""


class FunctionNotFoundError(Exception):
    """There is no function with that name or ARN; the text is AWS's."""


class FunctionThrottledError(Exception):
    """The function was refused for concurrency; the text is AWS's."""

    def __init__(self) -> None:
        super().__init__("Rate Exceeded.")


class Sessions(Protocol):
    """What assumed-role credentials are registered with."""

    def register_session(self, access_key_id: str, role_name: str, session_name: str) -> None:
        """Note whose session an access key is."""


@dataclass(frozen=True, kw_only=True)
class RunningInvocation:
    """An invocation under way."""

    function_name: str
    request_id: str
    process_id: int


class FunctionRunner:
    """Runs functions in real processes, warm ones where there are any.

    Args:
        clock: Held at real time while any function runs.
        sessions: Told whose session each process has.
        endpoint_url: Asked when a process starts: the sandbox's own address.
        faults: What is ordered to go wrong.
        fork_servers: Start the processes of Python functions, and outlive the runner. Default: its own.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        sessions: Sessions,
        endpoint_url: Callable[[], str],
        faults: EngineFaults,
        fork_servers: ForkServers | None = None,
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._sessions = sessions
        self._endpoint_url = endpoint_url
        self._own_fork_servers = ForkServers()
        self._fork_servers = fork_servers or self._own_fork_servers
        self._lock = threading.Lock()
        self._idle: dict[str, list[FunctionProcess]] = {}
        self._working: dict[FunctionProcess, RunningInvocation] = {}
        self._directory = tempfile.TemporaryDirectory(
            prefix="inference-recommender-sandbox-", ignore_cleanup_errors=True
        )
        self._last_invocation: set[FunctionProcess] = set()
        """Those at work whose function was deleted meanwhile."""
        self._stopped = False

    def invoke(
        self, function_arn: str, payload: bytes, *, region: str, account_id: str, request_id: str | None = None
    ) -> InvocationResult:
        """Invoke synchronously.

        Args:
            function_arn: A function's name or ARN.
            payload: JSON.
            region: Where a bare name is looked up.
            account_id: Where a bare name is looked up.
            request_id: Given for retries; default: a new one.

        Raises:
            FunctionNotFoundError: If there is no such function.
            FunctionThrottledError: If that is ordered.
        """
        configuration = self.find(function_arn, region=region, account_id=account_id)
        if self._faults.take("throttle-function", function=configuration.name):
            raise FunctionThrottledError
        if self._faults.lasting("break-function", function=configuration.name):
            configuration = replace(configuration, handler=_BROKEN_HANDLER)
        with self._clock.busy():
            try:
                process = self._take(configuration)
            except UnsupportedRuntimeError as error:
                document = {"errorType": "Sandbox.UnsupportedRuntime", "errorMessage": str(error)}
                return InvocationResult(payload=json.dumps(document).encode(), error="Unhandled")
            identifier = request_id or str(uuid.uuid4())
            with self._lock:
                self._working[process] = RunningInvocation(
                    function_name=configuration.name, request_id=identifier, process_id=process.pid
                )
            death = self._faults.take("kill-function", function=configuration.name)
            if death and death.after > 0:
                kill = partial(self._kill_later, process, death.after)
                threading.Thread(target=kill, name="kill", daemon=True).start()
            elif death:
                process.kill()
            try:
                return process.invoke(request_id=identifier, payload=payload or b"{}")
            finally:
                self._give_back(process)

    def find(self, function_arn: str, *, region: str, account_id: str) -> FunctionConfiguration:
        """Read the function's present configuration.

        Raises:
            FunctionNotFoundError: If there is no such function.
        """
        parts = function_arn.split(":")
        if function_arn.startswith("arn:"):
            region, account_id, name = parts[3], parts[4], parts[6]
        else:
            name = parts[0]
        with MOTO_LOCK:
            function = moto_function(account_id, region, name)
            if function is None:
                arn = _arn(name, region=region, account_id=account_id)
                raise FunctionNotFoundError(f"Function not found: {arn}")
            return FunctionConfiguration.of(function)

    def running(self) -> list[RunningInvocation]:
        """Return the invocations under way."""
        with self._lock:
            return list(self._working.values())

    def forget(self, name: str, *, region: str, account_id: str) -> None:
        """Stop the processes of a function that was deleted; one that works stops afterwards."""
        arn = _arn(name, region=region, account_id=account_id)
        with self._lock:
            processes = self._idle.pop(arn, [])
            self._last_invocation |= {process for process in self._working if process.configuration.arn == arn}
        for process in processes:
            process.kill()
            threading.Thread(target=process.stop, name="stop-process", daemon=True).start()

    def stop(self) -> None:
        """Stop every process and remove what was unpacked."""
        with self._lock:
            self._stopped = True
            processes = [*self._working, *(p for idle in self._idle.values() for p in idle)]
            self._idle.clear()
        if processes:
            with ThreadPoolExecutor(max_workers=len(processes)) as pool:
                list(pool.map(FunctionProcess.stop, processes))
        self._own_fork_servers.stop()
        self._directory.cleanup()

    def _kill_later(self, process: FunctionProcess, seconds: float) -> None:
        self._clock.sleep(seconds)
        process.kill()

    def _take(self, configuration: FunctionConfiguration) -> FunctionProcess:
        outdated: list[FunctionProcess] = []
        process = None
        with self._lock:
            idle = self._idle.get(configuration.arn, [])
            while idle and process is None:
                candidate = idle.pop()
                if candidate.is_alive and candidate.configuration == configuration:
                    process = candidate
                else:
                    outdated.append(candidate)
        for old in outdated:
            old.stop()
        return process or FunctionProcess(
            configuration,
            clock=self._clock,
            environment=self._environment(configuration),
            directory=Path(self._directory.name),
            fork_servers=self._fork_servers,
        )

    def _give_back(self, process: FunctionProcess) -> None:
        with self._lock:
            del self._working[process]
            idle = self._idle.setdefault(process.configuration.arn, [])
            ends = self._stopped or process in self._last_invocation
            self._last_invocation.discard(process)
            keep = process.is_alive and len(idle) < _MAX_IDLE_PROCESSES and not ends
            if keep:
                idle.append(process)
        if not keep:
            process.stop()

    def _environment(self, configuration: FunctionConfiguration) -> dict[str, str]:
        access_key_id = "ASIA" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(16))
        role_name = configuration.role_arn.rsplit("/", 1)[-1]
        self._sessions.register_session(access_key_id, role_name, configuration.name)
        return {
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
            "AWS_SESSION_TOKEN": secrets.token_urlsafe(60),
            "AWS_ENDPOINT_URL": self._endpoint_url(),
        }


def _arn(name: str, *, region: str, account_id: str) -> str:
    return f"arn:aws:lambda:{region}:{account_id}:function:{name}"


def moto_function(account_id: str, region: str, name: str) -> Any:
    """What moto knows of the function; None where there is none. The caller holds moto's lock."""
    functions = lambda_backends[account_id][region].list_functions()
    return next((function for function in functions if function.function_name == name), None)
