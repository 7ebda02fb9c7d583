"""`inference-recommender validate`: checks a request document without calling AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.command_line.estimate.estimate import estimate_request, estimate_sentence
from cdk_inference_recommender.command_line.estimate.price_options import add_prices
from cdk_inference_recommender.command_line.output.escaping import escape_text
from cdk_inference_recommender.command_line.output.output_options import is_for_person, output_options, print_document
from cdk_inference_recommender.command_line.output.problem_report import has_errors, problem_document, problem_lines
from cdk_inference_recommender.request import Severity, check_request

from .document_argument import add_cli_input, read_document

if TYPE_CHECKING:
    import argparse


def add_validate(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "validate",
        parents=[output_options()],
        help="check a request of create-inference-recommendations-job",
        description=(
            "Check a document for the AWS CLI's create-inference-recommendations-job, as --cli-input-json and "
            "--cli-input-yaml take it, against everything that is known of the service. Neither credentials nor a "
            "network are needed. Exit code: 0 if it is sound or there are warnings only, 1 if there are errors, 2 if "
            "it can't be read."
        ),
    )
    document = parser.add_mutually_exclusive_group(required=True)
    document.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="the document: YAML in a file that ends in .yaml or .yml, else JSON; - for JSON on standard input",
    )
    add_cli_input(document)
    parser.add_argument("--strict", action="store_true", help="take warnings for errors")
    add_prices(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    named = read_document(arguments)
    assert named is not None  # noqa: S101 -- the parser requires one
    found = check_request(named.document)
    if arguments.strict:
        found = [replace(problem, severity=Severity.ERROR) for problem in found]
    if is_for_person(arguments):
        print(problem_lines(found, named.name))
        if isinstance(named.document, dict) and not has_errors(found):
            print(escape_text(estimate_sentence(estimate_request(named.document, arguments))))
    else:
        print_document(problem_document(found, named.name), arguments)
    return 1 if has_errors(found) else 0
