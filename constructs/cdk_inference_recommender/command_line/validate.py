"""`inference-recommender validate`: what is wrong with a request, before anything is paid for."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.escaping import escape_json, escape_text
from cdk_inference_recommender.request import Problem, Severity, api_path, check_request
from cdk_inference_recommender.request.api_path import spell_fields
from cdk_inference_recommender.request.parse_document import UnreadableDocumentError, parse_document

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_STANDARD_INPUT: Final = "-"


def add_validate(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "validate",
        help="check a request of create-inference-recommendations-job",
        description=(
            "Check a document for the AWS CLI's create-inference-recommendations-job --cli-input-json against "
            "everything that is known of the service. Neither credentials nor a network are needed. Exit code: 0 if "
            "it is sound or there are warnings only, 1 if there are errors, 2 if it can't be read or isn't JSON."
        ),
    )
    parser.add_argument("file", metavar="FILE", help="the document, or - for standard input")
    parser.add_argument("--strict", action="store_true", help="take warnings for errors")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    name = "standard input" if arguments.file == _STANDARD_INPUT else arguments.file
    try:
        document = parse_document(_read(arguments.file), name=name)
        found = check_request(document)
    except UnreadableDocumentError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{name} can't be read: {error.strerror}. Check the path.") from error
    if arguments.strict:
        found = [replace(problem, severity=Severity.ERROR) for problem in found]
    # The last lines are what is read first: the sum, and next to it nothing that could have waited.
    ordered = sorted(found, key=lambda problem: problem.severity is Severity.WARNING)
    print(_as_json(ordered, name) if arguments.output == "json" else _as_text(ordered, name))
    return 1 if any(problem.severity is Severity.ERROR for problem in found) else 0


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()


def _as_text(problems: Sequence[Problem], name: str) -> str:
    lines = [f"{problem.severity.lower()}: {problem} ({problem.rule}; {problem.source})" for problem in problems]
    return "\n".join(map(escape_text, [*lines, _sum(problems, name)]))


def _sum(problems: Sequence[Problem], name: str) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun in ((errors, "problem"), (len(problems) - errors, "warning"))
        if number
    ]
    return f"{', '.join(counts) or 'No problem'} in {name}"


def _as_json(problems: Sequence[Problem], name: str) -> str:
    document = {
        "File": name,
        "Problems": [
            {
                "Rule": problem.rule,
                "Severity": problem.severity.value,
                "Path": api_path(problem.path),
                "Value": problem.value,
                "Message": spell_fields(problem.message, api_path),
                "Remedy": spell_fields(problem.remedy, api_path),
                "Source": problem.source,
            }
            for problem in problems
        ],
    }
    return escape_json(document)
