"""How a function's runtime is started."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import bootstrap
from .forked_process import ForkedProcess
from .preloaded_python import INTERPRETER
from .sdk_calls import SERVICE_MODELS, sdk_services

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .preloaded_python import ForkServers

RuntimeProcess = ForkedProcess | subprocess.Popen[bytes]

_NODE_BOOTSTRAP: Final = Path(__file__).parent / "nodejs" / "bootstrap.js"

_NODE: Final = "nodejs"
_PYTHON: Final = "python"


class UnsupportedRuntimeError(Exception):
    """The sandbox has no way to run the function's runtime."""


def start_runtime(
    runtime: str,
    *,
    handler: str,
    offset_file: Path,
    task_root: Path,
    variables: Mapping[str, str],
    fork_servers: ForkServers,
) -> RuntimeProcess:
    """Start the process of a function; what it writes to either stream is read from `stdout`.

    Args:
        runtime: As Lambda names it, for instance `python3.13`. The sandbox's own Python and the Node.js on the PATH
            run it, whatever the version.
        handler: The function's.
        offset_file: Holds the clock's offset.
        task_root: The function's code.
        variables: The function's environment.
        fork_servers: Start the processes of Python functions where they can.

    Raises:
        UnsupportedRuntimeError: If the runtime is neither Python nor Node.js, or there is no Node.js.
    """
    check_runtime(runtime)
    common = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "en_US.UTF-8", "TZ": ":UTC"}
    environment = {**common, **variables}
    arguments = (handler, str(offset_file))
    if runtime.startswith(_PYTHON):
        forked = fork_servers.fork(arguments, cwd=task_root, environment=environment, common=common)
        return forked or _started((*INTERPRETER, bootstrap.__file__, *arguments), task_root, environment)
    # A newer Node.js than the function's would warn of what the function's doesn't.
    command = (_node(runtime), "--no-deprecation", str(_NODE_BOOTSTRAP), *arguments, str(SERVICE_MODELS))
    return _started(command, task_root, {"SANDBOX_SDK_SERVICES": json.dumps(sdk_services()), **environment})


def _started(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the sandbox exists to run the user's functions
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    )


def check_runtime(runtime: str) -> None:
    """Refuse a runtime that the sandbox can't run.

    Args:
        runtime: As Lambda names it; empty for a container image.

    Raises:
        UnsupportedRuntimeError: If the runtime is neither Python nor Node.js, or there is no Node.js.
    """
    if not runtime:
        raise UnsupportedRuntimeError("the sandbox doesn't have functions of container images; it has: Python, Node.js")
    if runtime.startswith(_NODE):
        _node(runtime)
    elif not runtime.startswith(_PYTHON):
        raise UnsupportedRuntimeError(f"the sandbox doesn't have the runtime {runtime}; it has: Python, Node.js")


def _node(runtime: str) -> str:
    node = shutil.which("node")
    if node is None:
        raise UnsupportedRuntimeError(f"the runtime {runtime} needs Node.js; install it so that `node` is on the PATH")
    return node
