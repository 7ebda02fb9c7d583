"""A process that a fork server has forked, with what `subprocess.Popen` has of it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading

from .fork_server import EXIT_CODE


class ForkedProcess:
    """A process that is another one's child.

    Args:
        pid: Its id.
        descriptor: Refers to it, whatever else gets its id later (`pidfd_open`).
        stdin: Where what it reads is written.
        stdout: Where what it writes is read.
        exit_pipe: Where its parent writes with which code it exits.
    """

    def __init__(self, *, pid: int, descriptor: int, stdin: int, stdout: int, exit_pipe: int) -> None:
        self.pid = pid
        self.stdin = os.fdopen(stdin, "wb", buffering=0)
        self.stdout = os.fdopen(stdout, "rb", buffering=0)
        self._descriptor = descriptor
        self._exit_pipe = exit_pipe
        self._reading = threading.Lock()
        self._code: int | None = None

    def __del__(self) -> None:
        """Close what no thread can use any more."""
        os.close(self._descriptor)
        os.close(self._exit_pipe)

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None as long as the process runs."""
        return self._exit_code(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process exits; return its exit code, negative for a signal.

        Raises:
            subprocess.TimeoutExpired: If it runs for so many seconds.
        """
        code = self._exit_code(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def kill(self) -> None:
        """Kill the process; an exited one isn't affected."""
        try:
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _exit_code(self, timeout: float | None) -> int | None:
        if self._code is None:
            poller = select.poll()
            poller.register(self._exit_pipe, select.POLLIN)
            if not poller.poll(None if timeout is None else timeout * 1000):
                return None
            with self._reading:
                if self._code is None:
                    self._code = self._read_code()
        return self._code

    def _read_code(self) -> int:
        written = os.read(self._exit_pipe, EXIT_CODE.size)
        if len(written) == EXIT_CODE.size:
            return int(EXIT_CODE.unpack(written)[0])
        # The fork server is gone, so that the process's end can't be seen.
        self.kill()
        return -signal.SIGKILL
