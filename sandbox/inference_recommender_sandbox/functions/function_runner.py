"""Invokes functions: finds or starts a process, and delivers asynchronous events as AWS Lambda does."""

from __future__ import annotations

import secrets
import shutil
import string
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from moto.awslambda.models import lambda_backends

from inference_recommender_sandbox.clock import Clock
from inference_recommender_sandbox.functions.function_configuration import FunctionConfiguration
from inference_recommender_sandbox.functions.function_process import FunctionProcess
from inference_recommender_sandbox.functions.invocation import InvocationResult

_MAX_IDLE_PROCESSES: Final = 4
_DEFAULT_RETRIES: Final = 2
_DEFAULT_EVENT_AGE: Final = 6 * 60 * 60
_RETRY_DELAYS: Final = (60.0, 120.0)
"""Seconds before the second and the third delivery.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""


class FunctionNotFoundError(Exception):
    """There is no function with that name or ARN; the text is AWS's."""


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
    """

    def __init__(self, *, clock: Clock, sessions: Sessions, endpoint_url: Callable[[], str]) -> None:
        self._clock = clock
        self._sessions = sessions
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._idle: dict[str, list[FunctionProcess]] = {}
        self._working: dict[FunctionProcess, RunningInvocation] = {}
        self._directory = Path(tempfile.mkdtemp(prefix="inference-recommender-sandbox-"))
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
        """
        configuration = self.find(function_arn, region=region, account_id=account_id)
        with self._clock.busy():
            process = self._take(configuration)
            identifier = request_id or str(uuid.uuid4())
            with self._lock:
                self._working[process] = RunningInvocation(
                    function_name=configuration.name, request_id=identifier, process_id=process.pid
                )
            try:
                return process.invoke(request_id=identifier, payload=payload or b"{}")
            finally:
                self._give_back(process)

    def invoke_event(self, function_arn: str, payload: bytes, *, region: str, account_id: str) -> str:
        """Invoke asynchronously, with up to two more deliveries after a function error.

        Returns:
            The request's id, the same for all deliveries.

        Raises:
            FunctionNotFoundError: If there is no such function.
        """
        arn = self.find(function_arn, region=region, account_id=account_id).arn
        request_id = str(uuid.uuid4())
        accepted_at = self._clock.now()

        def deliver() -> None:
            for delay in (*_RETRY_DELAYS, None):
                try:
                    result = self.invoke(arn, payload, region=region, account_id=account_id, request_id=request_id)
                except FunctionNotFoundError:
                    return
                retries, age = self._event_invoke_limits(arn)
                attempt = _RETRY_DELAYS.index(delay) if delay is not None else len(_RETRY_DELAYS)
                if result.error is None or delay is None or attempt >= retries:
                    return
                if self._clock.now() + delay - accepted_at > age:
                    return
                self._clock.sleep(delay)

        self._clock.start_thread(deliver, name=f"event-{request_id}")
        return request_id

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
        function = _function(account_id, region, name)
        if function is None:
            arn = f"arn:aws:lambda:{region}:{account_id}:function:{name}"
            raise FunctionNotFoundError(f"Function not found: {arn}")
        return FunctionConfiguration.of(function)

    def running(self) -> list[RunningInvocation]:
        """Return the invocations under way."""
        with self._lock:
            return list(self._working.values())

    def kill(self, function_name: str | None = None) -> int:
        """Kill the processes that serve an invocation of the function (default: of any); return how many."""
        with self._lock:
            processes = [p for p in self._working if function_name in (None, p.configuration.name)]
        for process in processes:
            process.kill()
        return len(processes)

    def stop(self) -> None:
        """Stop every process and remove what was unpacked."""
        with self._lock:
            self._stopped = True
            processes = [*self._working, *(p for idle in self._idle.values() for p in idle)]
            self._idle.clear()
        for process in processes:
            process.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

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
            directory=self._directory,
        )

    def _give_back(self, process: FunctionProcess) -> None:
        with self._lock:
            del self._working[process]
            idle = self._idle.setdefault(process.configuration.arn, [])
            keep = process.is_alive and len(idle) < _MAX_IDLE_PROCESSES and not self._stopped
            if keep:
                idle.append(process)
        if not keep:
            process.stop()

    def _environment(self, configuration: FunctionConfiguration) -> Mapping[str, str] | dict[str, str]:
        access_key_id = "ASIA" + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(16))
        role_name = configuration.role_arn.rsplit("/", 1)[-1]
        self._sessions.register_session(access_key_id, role_name, configuration.name)
        return {
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
            "AWS_SESSION_TOKEN": secrets.token_urlsafe(60),
            "AWS_ENDPOINT_URL": self._endpoint_url(),
        }

    def _event_invoke_limits(self, function_arn: str) -> tuple[int, float]:
        _, _, _, region, account_id, _, name, *_ = function_arn.split(":")
        function = _function(account_id, region, name)
        configured = function.event_invoke_config[-1].config if function and function.event_invoke_config else {}
        return (
            int(configured.get("MaximumRetryAttempts", _DEFAULT_RETRIES)),
            float(configured.get("MaximumEventAgeInSeconds", _DEFAULT_EVENT_AGE)),
        )


def _function(account_id: str, region: str, name: str) -> Any:
    functions = lambda_backends[account_id][region].list_functions()
    return next((function for function in functions if function.function_name == name), None)
