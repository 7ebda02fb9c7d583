"""The options `--output` and `--query`, and printing a document as they say."""

from __future__ import annotations

import argparse
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from cdk_inference_recommender.command_line.command_error import CommandError

from .escaping import escape_json
from .output_text import output_text

_TABLE: Final = "table"


def output_options() -> argparse.ArgumentParser:
    """Return a parent parser with the options, spelled as in the AWS CLI.

    Where neither is given, a command prints what a person reads; `--output table` is the same.
    """
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group("output, as in the AWS CLI")
    group.add_argument(
        "--output",
        choices=("json", "text", _TABLE),
        help="json, text with tabs, or table, for a person; default: table, and json with --query",
    )
    group.add_argument(
        "--query", type=_query, metavar="EXPRESSION", help="JMESPath over the document that --output json prints"
    )
    return options


def is_for_person(arguments: argparse.Namespace) -> bool:
    """Return whether a person reads the output, and not a program or a filtered document.

    Args:
        arguments: What a parser with `output_options` has parsed.
    """
    return arguments.query is None and arguments.output in {None, _TABLE}


def print_document(document: object, arguments: argparse.Namespace) -> None:
    """Print a document, filtered and formatted as the options say.

    Args:
        document: Of JSON's types.
        arguments: What a parser with `output_options` has parsed.

    Raises:
        CommandError: The query can't be applied to the document.
    """
    if arguments.query is not None:
        try:
            document = arguments.query.search(document)
        except (JMESPathError, ArithmeticError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"--query {arguments.query.expression} can't be applied: {reason}") from error
    if arguments.output == "text":
        print(output_text(document), end="")
    elif arguments.output == _TABLE:
        # Most commands print no table, and the import takes as long as they do.
        from .document_table import print_table  # noqa: PLC0415

        print_table(document)
    else:
        print(escape_json(document))


def _query(expression: str) -> Any:
    try:
        return jmespath.compile(expression)
    except JMESPathError as error:
        raise argparse.ArgumentTypeError(f"{expression!r} is no JMESPath: {' '.join(str(error).split())}") from error
