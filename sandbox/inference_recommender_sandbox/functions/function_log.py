"""Where a function process writes: a log stream of moto's CloudWatch Logs."""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.logs.models import logs_backends

if TYPE_CHECKING:
    from inference_recommender_sandbox.clock import Clock


class FunctionLog:
    """One log stream, named as AWS names it: `2026/11/23/[$LATEST]` and 32 hexadecimal digits.

    Events are put straight into the stream: moto's PutLogEvents refuses what is hours ahead of real time, and the
    sandbox's clock may be.
    """

    def __init__(self, *, account_id: str, region: str, log_group: str, clock: Clock) -> None:
        self._clock = clock
        self._backend: Any = logs_backends[account_id][region]
        self._log_group = log_group
        self._lock = threading.Lock()
        date = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y/%m/%d")
        self.stream = f"{date}/[$LATEST]{secrets.token_hex(16)}"

    def write(self, message: str) -> None:
        """Write one event; a log group that was deleted meanwhile comes back, as it does on AWS."""
        with self._lock:
            if self._log_group not in self._backend.groups:
                self._backend.create_log_group(self._log_group, {})
            group = self._backend.groups[self._log_group]
            if self.stream not in group.streams:
                group.create_log_stream(self.stream)
            timestamp = int(self._clock.now() * 1000)
            group.put_log_events(self.stream, [{"timestamp": timestamp, "message": message}])
