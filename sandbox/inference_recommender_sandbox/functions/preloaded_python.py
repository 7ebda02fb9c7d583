"""Forks the processes of Python functions where that makes no difference but in time."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import bootstrap, fork_server
from .forked_process import ForkedProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

INTERPRETER: Final = (sys.executable, "-I", "-u")
_SERVERS: Final = 2
"""Python's hashes of texts differ from process to process, but not among those of one fork server."""
_READ_ONCE: Final = ("BOTO", "GLIBC_", "LANG", "LC_", "LD_", "MALLOC_", "OPENSSL_", "SSL")
"""Beginnings of variables that are read when a process starts, or when a module is imported."""


class ForkServer:
    """A process that has imported what AWS's Python runtime brings, and forks those of functions.

    Args:
        environment: Variables that it starts with; a forked process has its own.

    Attributes:
        modules: Names of the top-level modules that a forked process has already imported.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the sandbox's own script
                (*INTERPRETER, fork_server.__file__, bootstrap.__file__, str(theirs.fileno())),
                cwd=os.sep,
                # boto3 looks for a user's own models below HOME when it is imported.
                env={**environment, "HOME": os.devnull},
                # Pipes, as those of functions are: Python looks what they are, once.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
            )
        self.modules = frozenset(json.loads(self._socket.recv(fork_server.MAX_MESSAGE_BYTES)))

    @property
    def is_alive(self) -> bool:
        """Return whether it can fork."""
        return self._process.poll() is None

    def fork(self, arguments: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> ForkedProcess | None:
        """Return a new process; None if this one has ended, or was stopped, meanwhile.

        Args:
            arguments: Of the bootstrap.
            cwd: The process's working directory.
            environment: All its variables.
        """
        request = {"argv": [bootstrap.__file__, *arguments], "cwd": str(cwd), "environment": dict(environment)}
        their_stdin, stdin = os.pipe()
        stdout, their_stdout = os.pipe()
        exit_pipe, their_exit_pipe = os.pipe()
        pid, descriptors = b"", list[int]()
        # Stopped meanwhile: the connection is gone, or the socket is closed.
        with self._lock, contextlib.suppress(OSError):
            theirs = [their_stdin, their_stdout, their_exit_pipe]
            socket.send_fds(self._socket, [json.dumps(request).encode()], theirs)
            pid, descriptors, _, _ = socket.recv_fds(self._socket, fork_server.MAX_MESSAGE_BYTES, 1)
        gone = [] if pid else [stdin, stdout, exit_pipe]
        for each in (their_stdin, their_stdout, their_exit_pipe, *gone):
            os.close(each)
        if not pid:
            return None
        return ForkedProcess(pid=int(pid), descriptor=descriptors[0], stdin=stdin, stdout=stdout, exit_pipe=exit_pipe)

    def stop(self) -> None:
        """End the process; those of functions end by themselves, since nothing holds their input any more."""
        with self._lock:
            self._socket.close()
        self._process.communicate()


class ForkServers:
    """Fork servers that take turns, each started when it is needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[int, ForkServer] = {}
        self._turns: Iterator[int] = cycle(range(_SERVERS))
        self._stopped = False

    def fork(
        self, arguments: Sequence[str], *, cwd: Path, environment: Mapping[str, str], common: Mapping[str, str]
    ) -> ForkedProcess | None:
        """Fork a function's process.

        Args:
            arguments: Of the bootstrap.
            cwd: The function's code.
            environment: All variables of the process.
            common: Those that every function's process starts with.

        Returns:
            The process. None after `stop`, and where a process that is started could differ by more than its time: the
            function brings a module that a forked process has imported already, or models of boto3, or sets a variable
            that such a module or Python itself reads once.
        """
        own = {name for name, value in environment.items() if common.get(name) != value}
        if not can_fork() or any(name.startswith(_READ_ONCE) for name in own):
            return None
        server = self._next(common)
        if server is None:
            return None
        brings = {path.name.partition(".")[0] for path in cwd.iterdir()}
        if brings & server.modules or Path(environment["HOME"], ".aws").exists():
            return None
        return server.fork(arguments, cwd=cwd, environment=environment)

    def stop(self) -> None:
        """Stop them all, for good."""
        with self._lock:
            self._stopped = True
            for server in self._servers.values():
                server.stop()
            self._servers.clear()

    def _next(self, environment: Mapping[str, str]) -> ForkServer | None:
        with self._lock:
            if self._stopped:
                return None
            turn = next(self._turns)
            server = self._servers.get(turn)
            if server is not None and not server.is_alive:
                server.stop()
                server = None
            if server is None:
                server = self._servers[turn] = ForkServer(environment)
            return server


@cache
def can_fork() -> bool:
    """Return whether the operating system lets a process refer to another one's child, as Linux does."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True
