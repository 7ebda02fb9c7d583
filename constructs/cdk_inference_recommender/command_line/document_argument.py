"""The argument that names a request document: a file, or a parameter as the AWS CLI takes it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.document_file import file_path, format_of_file, is_file_uri
from cdk_inference_recommender.request.parse_document import DocumentFormat, UnreadableDocumentError, parse_document

from .command_error import CommandError

if TYPE_CHECKING:
    import argparse

_STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, kw_only=True)
class NamedDocument:
    """A request document, valid or not, and its name in messages."""

    name: str
    document: object


def add_cli_input(group: argparse._ActionsContainer) -> None:
    """Add the options `--cli-input-json` and `--cli-input-yaml`.

    Args:
        group: A group that takes one of its arguments only.
    """
    for document_format in DocumentFormat:
        group.add_argument(
            f"--cli-input-{document_format.lower()}",
            metavar="DOCUMENT",
            help=f"{document_format} text, file:// and a path, or - for standard input",
        )


def read_document(arguments: argparse.Namespace) -> NamedDocument | None:
    """Read the request that the command line names; None where it names none.

    Args:
        arguments: What a parser with `add_cli_input`, and with an argument `file` if it has one, has parsed.

    Raises:
        CommandError: It can't be read or parsed.
    """
    for document_format in DocumentFormat:
        parameter: str | None = getattr(arguments, f"cli_input_{document_format.lower()}")
        if parameter is not None:
            return _read_parameter(parameter, document_format)
    file: str | None = getattr(arguments, "file", None)
    return None if file is None else _read_file(file)


def _read_parameter(parameter: str, document_format: DocumentFormat) -> NamedDocument:
    if parameter == _STANDARD_INPUT or is_file_uri(parameter):
        return _read_file(parameter, document_format)
    option = f"--cli-input-{document_format.lower()}"
    if os.path.isfile(parameter):  # noqa: PTH113 -- False also for a text that is too long for a path
        raise CommandError(f"{option} takes {document_format} text. For the file, give {option} file://{parameter}")
    return _parse(parameter, option, document_format)


def _read_file(text: str, document_format: DocumentFormat | None = None) -> NamedDocument:
    if text == _STANDARD_INPUT:
        if sys.stdin is None:
            raise CommandError("Standard input is closed. Give a file.")
        return _parse(sys.stdin.buffer.read(), "standard input", document_format or DocumentFormat.JSON)
    file = file_path(text)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}. Check the path.") from error
    except ValueError as error:  # a null character
        raise CommandError(f"{text!r} is no path: {error}. Check the path.") from error
    return _parse(content, str(file), document_format or format_of_file(file))


def _parse(content: str | bytes, name: str, document_format: DocumentFormat) -> NamedDocument:
    try:
        document = parse_document(content, name=name, document_format=document_format)
    except UnreadableDocumentError as error:
        raise CommandError(str(error)) from error
    return NamedDocument(name=name, document=document)
