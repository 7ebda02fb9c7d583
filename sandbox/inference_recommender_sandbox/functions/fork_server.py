"""Forks the processes of Python functions from one that has imported boto3 already, which takes most of a start.

Run as a script, isolated (`python -I -u`), with these arguments: the bootstrap's path, and the descriptor of a socket.
Each message on the socket is a request for a process: JSON with its `argv`, `cwd` and `environment`, and three
descriptors, of its input, of its output, and of a pipe. The response is the process's id, with a descriptor for it. The
pipe takes the code with which the process exits.

It has one thread and imports nothing from the sandbox, because each function's process inherits all of it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

EXIT_CODE: Final = struct.Struct("i")
MAX_MESSAGE_BYTES: Final = 65_536
_STREAMS: Final = 3
_SERVICES: Final = ("sagemaker", "stepfunctions")
"""Whose clients the library's function makes; reading their models takes longer than all else at its start."""


def preload(bootstrap: str) -> None:
    """Import what takes long, as far as AWS's runtime has it."""
    hidden = runpy.run_path(bootstrap)["RuntimePackages"](os.devnull)
    sys.meta_path.insert(0, hidden)
    importlib.import_module("boto3")
    runpy.run_path(str(Path(__file__).parents[1] / "service_data.py"))["share_service_names"]()
    read_models()
    sys.meta_path.remove(hidden)
    # What is imported stays: looking through it would copy it into each process.
    gc.collect()
    gc.freeze()


def read_models() -> None:
    """Read what clients of the services need; a process's first session takes it, and any other reads its own.

    So what a function changes in a session's models, another session of its process doesn't have, as without a fork.
    """
    loaders = importlib.import_module("botocore.loaders")
    read = loaders.JSONFileLoader._load_file  # noqa: SLF001 - where botocore reads a file
    contents: dict[str, Any] = {}

    def read_and_keep(loader: Any, path: str, open_method: Any) -> Any:
        content = read(loader, path, open_method)
        if content is not None:
            contents[path] = content
        return content

    def take(loader: Any, path: str, open_method: Any) -> Any:
        if path not in contents:
            return read(loader, path, open_method)
        loaders.logger.debug("Loading JSON file: %s", path)
        return contents.pop(path)

    loaders.JSONFileLoader._load_file = read_and_keep  # noqa: SLF001
    session = importlib.import_module("botocore.session").Session()
    for service in _SERVICES:
        client = session.create_client(
            service,
            region_name="us-east-1",
            aws_access_key_id="-",
            aws_secret_access_key="-",  # noqa: S106
        )
        # The first question for a paginator reads them all.
        client.can_paginate(next(iter(client.meta.method_to_api_mapping)))
    # boto3's sessions look into a folder more than botocore's.
    loader = importlib.import_module("boto3.session").Session()._session.get_component("data_loader")  # noqa: SLF001
    for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
        loader.list_available_services(kind)
    loaders.JSONFileLoader._load_file = take  # noqa: SLF001


def serve(requests: socket.socket, on_interrupt: Any) -> None:
    """Fork processes until the sandbox is gone; return in each of them.

    Args:
        requests: For processes.
        on_interrupt: What a process does at Ctrl-C, as one that is started would.
    """
    children: dict[int, tuple[int, int]] = {}
    poller = select.poll()
    poller.register(requests, select.POLLIN)
    while True:
        for descriptor, _ in poller.poll():
            if descriptor != requests.fileno():
                poller.unregister(descriptor)
                _report_exit(descriptor, *children.pop(descriptor))
                continue
            message, streams, _, _ = socket.recv_fds(requests, MAX_MESSAGE_BYTES, _STREAMS)
            if not message:
                os._exit(0)
            pid = os.fork()
            if pid == 0:
                requests.close()
                for child, (_, exit_pipe) in children.items():
                    os.close(child)
                    os.close(exit_pipe)
                _become_function(message, streams, on_interrupt)
                return
            input_, output, exit_pipe = streams
            os.close(input_)
            os.close(output)
            child = os.pidfd_open(pid)
            children[child] = (pid, exit_pipe)
            poller.register(child, select.POLLIN)
            socket.send_fds(requests, [str(pid).encode()], [child])


def _report_exit(child: int, pid: int, exit_pipe: int) -> None:
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(exit_pipe, EXIT_CODE.pack(os.waitstatus_to_exitcode(status)))
    os.close(exit_pipe)
    os.close(child)


def _become_function(message: bytes, streams: list[int], on_interrupt: Any) -> None:
    """Give a process that was just forked the streams, the folder and the environment of its function."""
    input_, output, exit_pipe = streams
    request = json.loads(message)
    os.close(exit_pipe)
    os.dup2(input_, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(input_)
    os.close(output)
    os.chdir(request["cwd"])
    # Python sets it where the system lacks the locale that LANG names.
    coerced = {name: value for name, value in os.environ.items() if name == "LC_CTYPE"}
    os.environ.clear()
    os.environ.update(coerced | request["environment"])
    time.tzset()
    signal.signal(signal.SIGINT, on_interrupt)
    sys.argv[:] = request["argv"]


def start(bootstrap: str, descriptor: int) -> CodeType:
    """Serve; return in each function's process what it has to run."""
    # Ctrl-C is for the sandbox, which ends this process with its own.
    on_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - takes no keyword
    code = compile(Path(bootstrap).read_bytes(), bootstrap, "exec")
    preload(bootstrap)
    requests = socket.socket(fileno=descriptor)
    requests.send(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})).encode())
    serve(requests, on_interrupt)
    return code


if __name__ == "__main__":
    program = start(sys.argv[1], int(sys.argv[2]))
    sys.modules["__main__"] = ModuleType("__main__")
    sys.modules["__main__"].__file__ = sys.argv[0]
    exec(program, vars(sys.modules["__main__"]))  # noqa: S102 - the bootstrap, as if the process had started with it
