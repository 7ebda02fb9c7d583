"""The parser of the command line, and the call of the command that it names."""

from __future__ import annotations

import argparse
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points, version
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.command_line.output.escaping import escape_text

from .aws_error import AWS_ERRORS, say
from .command_error import CommandError
from .debug_log import LOG, debug_log

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS: Final = {
    "report": "report.report",
    "compare": "compare.compare",
    "list": "listing.list_jobs",
    "stop": "stop",
    "validate": "validate",
    "estimate": "estimate.estimate",
    "skeleton": "skeleton",
}
"""Modules by their commands. One that isn't called isn't imported, since that takes most of a short command's time."""
_PLUG_INS: Final = "cdk_inference_recommender.commands"
_SANDBOX_MISSING: Final = (
    "The local AWS isn't installed. Install it with: pip install 'cdk-inference-recommender[sandbox]'"
)


def run_command(arguments: Sequence[str]) -> int:
    """Run a command.

    Args:
        arguments: What follows `inference-recommender`.

    Returns:
        The exit code: 0 on success, 1 when the command found a problem, 2 when the command could not be run.

    Raises:
        KeyboardInterrupt: If Ctrl-C ends it.
        OSError: If the output can't be written.
    """
    if arguments[:1] == ["sandbox"]:
        # The sandbox parses its own options, and the command that it runs may have any.
        return _run_sandbox(arguments[1:])
    named = arguments[0] if arguments and arguments[0] in _COMMANDS else None
    parsed = _parser(named).parse_args(arguments)
    with debug_log(enabled=getattr(parsed, "debug", False)):
        try:
            code: int = parsed.run(parsed)
        except AWS_ERRORS as error:
            LOG.debug("The command failed", exc_info=True)
            return _fail(say(error))
        except CommandError as error:
            LOG.debug("The command failed", exc_info=True)
            return _fail(str(error))
        return code


@cache
def _parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of a command; default: of all commands."""
    parser = argparse.ArgumentParser(
        prog="inference-recommender",
        description=(
            "Look at SageMaker Inference Recommender jobs and stop them, check requests for them, and try CDK apps "
            "that run them on a local AWS."
        ),
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('cdk-inference-recommender')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in _COMMANDS if command is None else (command,):
        getattr(import_module(f"{__package__}.{_COMMANDS[name]}"), f"add_{name}")(commands)
    if command is None:
        commands.add_parser("sandbox", help="run a local AWS; see inference-recommender sandbox --help", add_help=False)
    return parser


def _run_sandbox(arguments: Sequence[str]) -> int:
    for plug_in in entry_points(group=_PLUG_INS, name="sandbox"):
        try:
            run = plug_in.load()
        except ModuleNotFoundError as error:
            return _fail(f"{_SANDBOX_MISSING} ({error})")
        code: int = run(arguments)
        return code
    return _fail(_SANDBOX_MISSING)


def _fail(message: str) -> int:
    """Print why the command could not be run, on one line; return the exit code."""
    print(f"inference-recommender: {escape_text(message)}", file=sys.stderr)
    return 2
