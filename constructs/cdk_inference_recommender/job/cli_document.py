"""Reading the document that the AWS CLI's `--cli-input-json` or `--cli-input-yaml` takes."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Final

from cdk_inference_recommender.request.document_file import file_path, format_of_file, is_file_uri
from cdk_inference_recommender.request.parse_document import UnreadableDocumentError, parse_document
from cdk_inference_recommender.validation.prop_types import PropType, expect_type
from cdk_inference_recommender.validation.validation_error import ValidationError

_DOCUMENT: Final = PropType(
    of=(Mapping, str, PathLike),
    example='the document itself, or its file, such as Path("job.json") or "file://job.json"',
    is_required=True,
)


def cli_document(document: object) -> object:
    """Return a document's value, of any JSON type.

    Args:
        document: The document itself, which may hold tokens; or a file with it, as a path or as `file://` and a path.

    Raises:
        ValidationError: The file can't be read, isn't JSON or YAML, or the document is none of these.
    """
    expect_type(_DOCUMENT, "document", document)
    if isinstance(document, Mapping):
        return document
    if isinstance(document, str) and not is_file_uri(document):
        raise ValidationError(
            "document is text without file://. Give a file as Path(...) or 'file://job.json', and JSON text as what "
            "json.loads(...) returns."
        )
    file = file_path(document) if isinstance(document, str) else Path(str(document))
    try:
        return parse_document(file.read_bytes(), name=str(file), document_format=format_of_file(file))
    except UnreadableDocumentError as error:
        raise ValidationError(str(error)) from None
    except OSError as error:
        raise ValidationError(
            f"document = {str(document)!r} can't be read: {error.strerror}. Give the path of a file that holds JSON or "
            "YAML."
        ) from None
