"""The AWS CLI, each call in a process forked from one that has imported it; starting it takes a second otherwise."""

from __future__ import annotations

import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inference_recommender_sandbox.service_data import share_service_data
from tests.ended_process import ended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLI: Final = Path(sys.executable).parent / "aws"
SERVICES: Final = ("cloudformation", "lambda", "sagemaker", "stepfunctions")
"""Their models are read once."""
MAX_REQUEST_BYTES: Final = 65_536
COMMAND: Final = """\
#!{python} -IS
import json, os, socket, sys

code, written = os.pipe()
requests = socket.socket(fileno={descriptor})
request = json.dumps({{"arguments": sys.argv[1:], "folder": os.getcwd()}})
socket.send_fds(requests, [request.encode()], [0, 1, 2, written])
requests.detach()
os.close(written)
sys.exit((os.read(code, 1) or b"\\1")[0])
"""
"""What is called `aws`: hands its arguments, its folder and its streams over, and exits as the CLI does."""


@contextmanager
def aws_cli(folder: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """Put an `aws` into a folder; yield the descriptor that whoever calls it must inherit.

    Args:
        folder: For the command.
        environment: Of every call.
    """
    theirs, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with theirs, ours:
        command = folder / "aws"
        command.write_text(COMMAND.format(python=sys.executable, descriptor=ours.fileno()))
        command.chmod(0o755)
        server = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            stdin=subprocess.PIPE,
            env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            pass_fds=[theirs.fileno()],
        )
        with server, ended(server):
            yield ours.fileno()


def serve(requests: socket.socket) -> None:
    """Fork a process for each call, until standard input ends."""
    share_service_data()
    importlib.import_module("awscli.clidriver").create_clidriver()
    session = importlib.import_module("botocore.session").Session()
    for service in SERVICES:
        session.get_service_model(service)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin not in select.select([requests, sys.stdin], [], [])[0]:
        message, descriptors, _, _ = socket.recv_fds(requests, MAX_REQUEST_BYTES, 4)
        if os.fork() == 0:
            call(json.loads(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def call(request: Mapping[str, str], descriptors: list[int]) -> None:
    """Run the CLI as its own script does, and end the process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, code = descriptors
    for stream, descriptor in enumerate(streams):
        os.dup2(descriptor, stream)
    os.chdir(request["folder"])
    sys.argv = [str(CLI), *request["arguments"]]
    try:
        runpy.run_path(str(CLI), run_name="__main__")
    except SystemExit as end:
        sys.stdout.flush()
        os.write(code, bytes([int(end.code or 0)]))
    except BaseException:  # noqa: BLE001 - a process that was forked must not return from here
        traceback.print_exc()
    os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
