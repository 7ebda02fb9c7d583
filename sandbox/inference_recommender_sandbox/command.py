"""`inference-recommender sandbox`: a local AWS in the foreground, or around one command."""

from __future__ import annotations

import argparse
import errno
import gc
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from .clock import MAX_SPEED
from .service_data import share_service_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from .server import Sandbox

_DEFAULT_REGION: Final = "us-east-1"
_DEFAULT_SPEED: Final = 600.0
_NOT_FOUND: Final = 127
_USAGE_ERROR: Final = 2
_STOP_SECONDS: Final = 10
_MAX_PORT: Final = 65535
_FAULT_USAGE: Final = """usage: inference-recommender sandbox fault NAME|'{"fault": NAME, ...}' ..."""

_FAULT_EXPLANATION: Final = """\
Order faults of the sandbox that AWS_ENDPOINT_URL points to. A NAME alone will do where no member is needed; members in
brackets may be left out:

  inference-recommender sandbox fault kill-function '{"fault": "throttle", "operation": "AddTags", "count": 3}'

count, seconds (virtual ones) and limit are numbers; steps is a list of instance types; reason is the reason to
report. job, alarm, function, resource (a logical id) and execution are names in which * stands for anything, which
is what they are by default. operation is create, update or delete of fail-resource, else an operation of the API or
*. clear takes back everything that was ordered."""


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Args:
        argv: What follows `inference-recommender sandbox`.

    Returns:
        The exit code: that of COMMAND where there is one.
    """
    arguments = list(argv)
    if arguments[:1] == ["fault"]:
        return _order_faults(arguments[1:])
    command: list[str] = []
    if "--" in arguments:
        position = arguments.index("--")
        arguments, command = arguments[:position], arguments[position + 1 :]
        if not command:
            return _fail("there is no command after --", code=_USAGE_ERROR)
    options = _parse(arguments)
    executable = shutil.which(command[0]) if command else ""
    if executable is None:
        return _fail(f"there is no command {command[0]!r}", code=_NOT_FOUND)
    share_service_data()
    # Looking through what stays would take a sixth of the start.
    gc.disable()
    # moto takes long to import, and ordering a fault or asking for help doesn't need it.
    from .server import start  # noqa: PLC0415

    try:
        sandbox = start(port=options.port, speed=options.speed, region=options.region)
    except (ValueError, RuntimeError) as error:
        return _fail(str(error), code=_USAGE_ERROR if isinstance(error, ValueError) else 1)
    except OSError as error:
        cause = "is taken" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
        return _fail(f"port {options.port} {cause}; choose another one with --port, or leave it out for any free one")
    finally:
        gc.freeze()
        gc.enable()
    try:
        return _run([executable, *command[1:]], sandbox) if executable else _serve(sandbox)
    finally:
        sandbox.stop()


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse options; add a hint where the command isn't separated from them."""
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        message = f"unrecognized arguments: {' '.join(unknown)}"
        if not unknown[0].startswith("-"):
            message += f"; a command to run inside comes after --: {parser.prog} ... -- {shlex.join(unknown)}"
        parser.error(message)
    return options


def _port(text: str) -> int:
    """Read the option `--port`."""
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= _MAX_PORT:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no port: give a number from 1 to {_MAX_PORT}, or 0 for any free one"
        )
    return port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="inference-recommender sandbox",
        description="A local AWS to try an application in: CloudFormation, Lambda, Step Functions and SageMaker "
        "Inference Recommender, whose figures are simulated. Without COMMAND it runs until Ctrl-C; with it, it runs "
        "the command inside and exits with its code. `sandbox fault FAULT` orders a fault of a running one.",
        usage="%(prog)s [--port N] [--speed X] [--region R] [-- COMMAND...]\n"
        '       %(prog)s fault \'{"fault": "kill-function"}\'',
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=0,
        help="where to listen, on loopback only (default: any free one)",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=_DEFAULT_SPEED,
        help="how many times faster than real time its clock runs while nothing is at work, "
        f"1 to {MAX_SPEED:,.0f} (default: {_DEFAULT_SPEED:.0f})".replace("%", "%%"),
    )
    parser.add_argument("--region", default=_DEFAULT_REGION, help="the Region that tools use (default: %(default)s)")
    return parser


def _serve(sandbox: Sandbox) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sandbox.environment.items()]
    print(  # noqa: T201 - the command's output
        "Local AWS is ready. Use it from another terminal:\n",
        *(f"  {line}" for line in lines),
        f"\nIts clock runs {sandbox.clock.speed:g} times faster than real time. Ctrl-C stops it.",
        sep="\n",
        flush=True,
    )
    # A wait without a timeout can't be interrupted everywhere.
    while not stopped.wait(1.0):
        pass
    return 0


def _run(command: Sequence[str], sandbox: Sandbox) -> int:
    """Run a command inside the sandbox; return its exit code."""
    environment = {key: value for key, value in os.environ.items() if key not in ("AWS_PROFILE", "AWS_SESSION_TOKEN")}
    environment |= sandbox.environment
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - the user's own command
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    # Ctrl-C reaches the whole foreground group: the command decides what to do with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(_STOP_SECONDS)
    return code if code >= 0 else 128 - code


def _order_faults(documents: Sequence[str]) -> int:
    """Order faults of the sandbox that `AWS_ENDPOINT_URL` points to."""
    if not documents or documents[0] in ("-h", "--help"):
        print(_fault_help() if documents else _FAULT_USAGE)  # noqa: T201 - help
        return 0 if documents else _USAGE_ERROR
    endpoint_url = os.environ.get("AWS_ENDPOINT_URL")
    if not endpoint_url:
        return _fail("AWS_ENDPOINT_URL isn't set; set it to the address that the sandbox printed", code=_USAGE_ERROR)
    for document in documents:
        body = document if document.lstrip().startswith("{") else json.dumps({"fault": document})
        url = f"{endpoint_url}/_sandbox/faults"
        request = urllib.request.Request(url, data=body.encode(), method="POST")  # noqa: S310 - a URL of the user's own
        try:
            with urllib.request.urlopen(request) as response:  # noqa: S310 - as above
                print(response.read().decode().strip())  # noqa: T201 - the command's output
        except urllib.error.HTTPError as error:
            try:
                cause = json.load(error)["error"]
            except (ValueError, KeyError):
                cause = f"{endpoint_url} responded with status {error.code}; is it a sandbox?"
            return _fail(cause)
        except OSError as error:
            return _fail(f"no sandbox responds at {endpoint_url} ({error}); start one, and set AWS_ENDPOINT_URL")
    return 0


def _fault_help() -> str:
    # This imports moto, which ordering a fault doesn't need.
    from inference_recommender_sandbox.sagemaker.faults import fault_members as sagemaker_fault_members  # noqa: PLC0415

    from .faults import fault_members  # noqa: PLC0415

    lines = [
        f"  {kind:<24}{' '.join([*required, *(f'[{name}]' for name in optional)])}".rstrip()
        for kind, required, optional in sorted([*fault_members(), *sagemaker_fault_members()])
    ]
    return "\n".join([_FAULT_USAGE, "", _FAULT_EXPLANATION, "", "Names, and their members:", *lines])


def _fail(message: str, *, code: int = 1) -> int:
    print(f"inference-recommender sandbox: {message}", file=sys.stderr)  # noqa: T201 - an error for the user
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
