"""Runs inside a function's process, before `awslambdaric`: makes the process as much like AWS Lambda as it can be.

Run as a script, isolated (`python -I`), with these arguments: the handler, and the file that holds the clock's offset.
"""

from __future__ import annotations

import http.client
import mmap
import os
import struct
import sys
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final, SupportsIndex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_OFFSET: Final = struct.Struct("d")

_RUNTIME_PACKAGES: Final = frozenset(
    # What AWS's Python runtimes have besides the standard library: boto3 with what it needs, and the runtime client.
    {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six"}
    | {"awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"}
)


class RuntimePackages:
    """A meta path finder that hides what is installed beside the sandbox but isn't in AWS's runtime."""

    def __init__(self, task_root: str) -> None:
        self._task_root = Path(task_root)

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Refuse a top-level module that AWS's runtime wouldn't find; leave any other to the usual finders."""
        if "." in name or name in sys.stdlib_module_names or name in _RUNTIME_PACKAGES or name.startswith("_"):
            return None
        if any(self._task_root.glob(f"{name}")) or any(self._task_root.glob(f"{name}.*")):
            return None
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def follow_clock(offset_file: str) -> None:
    """Make `time.time` the sandbox's clock: real time plus an offset that is set before each invocation."""
    with Path(offset_file).open("rb") as file:
        offset = mmap.mmap(file.fileno(), _OFFSET.size, prot=mmap.PROT_READ)
    real_time = time.time

    def virtual_time() -> float:
        return real_time() + float(_OFFSET.unpack_from(offset)[0])

    time.time = virtual_time


def sleep_on_clock(runtime_api: str) -> None:
    """Make `time.sleep` of the handler's own thread pass on the sandbox's clock; another thread's stays real."""
    real_sleep = time.sleep

    def virtual_sleep(seconds: float | SupportsIndex, /) -> None:
        requested = float(seconds) > 0 and threading.current_thread() is threading.main_thread()
        if not (requested and _slept(runtime_api, float(seconds))):
            real_sleep(seconds)

    time.sleep = virtual_sleep


def _slept(runtime_api: str, seconds: float) -> bool:
    connection = http.client.HTTPConnection(runtime_api)
    try:
        connection.request("POST", "/sandbox/sleep", body=repr(seconds))
        return connection.getresponse().status == HTTPStatus.OK
    finally:
        connection.close()


def die_with_sandbox() -> None:
    """End the process when the sandbox is gone, however it went: only the sandbox holds the other end of stdin."""

    def watch() -> None:
        # Not by `sys.stdin`: a process that exits while a thread holds its lock complains of that in its log.
        while os.read(0, 1):
            pass
        os._exit(0)

    threading.Thread(target=watch, name="sandbox-watch", daemon=True).start()


def main(handler: str, offset_file: str) -> None:
    """Serve invocations for ever."""
    die_with_sandbox()
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    from awslambdaric import __main__ as runtime  # noqa: PLC0415 - after the sandbox is watched

    sys.path[:] = [task_root, *(entry for entry in sys.path if entry != str(Path(__file__).parent))]
    sys.meta_path.insert(0, RuntimePackages(task_root))
    follow_clock(offset_file)
    sleep_on_clock(os.environ["AWS_LAMBDA_RUNTIME_API"])
    runtime.main([sys.argv[0], handler])


if __name__ == "__main__":
    main(*sys.argv[1:])
