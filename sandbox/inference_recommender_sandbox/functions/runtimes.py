"""How a function's runtime is started."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import bootstrap
from .sdk_calls import SERVICE_MODELS, sdk_services

if TYPE_CHECKING:
    from collections.abc import Mapping

_NODE_BOOTSTRAP: Final = Path(__file__).parent / "nodejs" / "bootstrap.js"

_NODE: Final = "nodejs"
_PYTHON: Final = "python"


class UnsupportedRuntimeError(Exception):
    """The sandbox has no way to run the function's runtime."""


@dataclass(frozen=True, kw_only=True)
class RuntimeProcess:
    """The command of a process that serves a function.

    Attributes:
        command: With all its arguments.
        variables: Environment variables that only this runtime needs.
    """

    command: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


def runtime_process(runtime: str, *, handler: str, offset_file: Path) -> RuntimeProcess:
    """Return how to start a runtime.

    Args:
        runtime: As Lambda names it, for instance `python3.13`. The sandbox's own Python and the Node.js on the PATH
            run it, whatever the version.
        handler: The function's.
        offset_file: Holds the clock's offset.

    Raises:
        UnsupportedRuntimeError: If the runtime is neither Python nor Node.js, or there is no Node.js.
    """
    check_runtime(runtime)
    if runtime.startswith(_PYTHON):
        return RuntimeProcess(command=(sys.executable, "-I", "-u", bootstrap.__file__, handler, str(offset_file)))
    return RuntimeProcess(
        # A newer Node.js than the function's would warn of what the function's doesn't.
        command=(
            _node(runtime),
            "--no-deprecation",
            str(_NODE_BOOTSTRAP),
            handler,
            str(offset_file),
            str(SERVICE_MODELS),
        ),
        variables={"SANDBOX_SDK_SERVICES": json.dumps(sdk_services())},
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
