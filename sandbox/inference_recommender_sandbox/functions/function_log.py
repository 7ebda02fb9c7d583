"""Where a function process writes: a log stream of moto's CloudWatch Logs."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Any, Final

from moto.logs.models import logs_backends

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

_TAIL_BYTES: Final = 4096
"""Source: API reference, Invoke, `X-Amz-Log-Result`."""


class FunctionLog:
    """One log stream, named as AWS names it: `2026/11/23/[$LATEST]` and 32 hexadecimal digits.

    Its times are real ones, whatever the sandbox's clock says, as those of stacks are: the CDK command line shows what
    a function wrote around the time at which its custom resource failed.
    """

    def __init__(self, *, account_id: str, region: str, log_group: str) -> None:
        with MOTO_LOCK:
            self._backend: Any = logs_backends[account_id][region]
        self._log_group = log_group
        date = datetime.now(UTC).strftime("%Y/%m/%d")
        self.stream = f"{date}/[$LATEST]{secrets.token_hex(16)}"
        self._written = ""

    @property
    def tail(self) -> str:
        """The last 4 KB of what was written since `start_tail`."""
        return self._written.encode()[-_TAIL_BYTES:].decode(errors="replace")

    def start_tail(self) -> None:
        """Begin a tail, for one invocation."""
        with MOTO_LOCK:
            self._written = ""

    def write(self, message: str) -> None:
        """Write one event; a log group that was deleted meanwhile comes back, as it does on AWS."""
        with MOTO_LOCK:
            if self._log_group not in self._backend.groups:
                self._backend.create_log_group(self._log_group, {})
            group = self._backend.groups[self._log_group]
            if self.stream not in group.streams:
                group.create_log_stream(self.stream)
            timestamp = int(time.time() * 1000)
            self._written = (self._written + message)[-_TAIL_BYTES:]
            group.put_log_events(self.stream, [{"timestamp": timestamp, "message": message}])
