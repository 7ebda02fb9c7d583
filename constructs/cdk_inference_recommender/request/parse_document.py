"""The parser of a request document in JSON or YAML, as for the AWS CLI's `--cli-input-json`, `--cli-input-yaml`."""

from __future__ import annotations

import json
import math
from enum import StrEnum
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 100
"""Levels of nesting; a request has far fewer, and Python's recursion limit is far higher."""


class DocumentFormat(StrEnum):
    """The language that a document is written in."""

    JSON = "JSON"
    YAML = "YAML"


class UnreadableDocumentError(ValueError):
    """A text can't be parsed; the message says where and why in one line."""


def parse_document(text: str | bytes, *, name: str, document_format: DocumentFormat = DocumentFormat.JSON) -> object:
    """Parse a document strictly.

    Args:
        text: The text; bytes are UTF-8, with or without a byte order mark.
        name: What the text is called in messages, such as the file's name.
        document_format: What the text is written in.

    Returns:
        The document's value, of any JSON type; `check_request` checks it.

    Raises:
        UnreadableDocumentError: It isn't UTF-8 or of that format, has a member twice in one object or a number that
            is out of range, or is nested too deeply. For YAML, also what `parse_yaml` rejects.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        document = _parse_json(decoded) if document_format is DocumentFormat.JSON else _parse_yaml(decoded, name)
    except UnreadableDocumentError:
        raise
    except json.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        raise UnreadableDocumentError(f"{place}: this isn't JSON: {error.msg}. Correct it there.") from None
    except UnicodeDecodeError as error:
        raise UnreadableDocumentError(f"{name}, byte {error.start}: this isn't UTF-8. Save it as UTF-8.") from None
    except ValueError as error:
        raise UnreadableDocumentError(f"{name}: {error}.") from None
    except RecursionError:
        raise _too_deep(name) from None
    if _is_deeper(document, MAX_DEPTH):
        raise _too_deep(name)
    return document


def _too_deep(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(f"{name}: it is nested too deeply for a request. Take the excess out.")


def _parse_json(text: str) -> object:
    document: object = json.loads(
        text, object_pairs_hook=_without_repetition, parse_constant=_no_constant, parse_float=finite_number
    )
    return document


def _parse_yaml(text: str, name: str) -> object:
    from .parse_yaml import parse_yaml  # noqa: PLC0415 -- PyYAML is imported where a document needs it

    return parse_yaml(text, name=name)


def finite_number(text: str) -> float:
    """Return the number that a text contains.

    Raises:
        ValueError: It is out of the range of numbers, which would make it infinite.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is out of range. Write another number")
    return value


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice} stands twice in one object. Remove all but one")
    return document


def _is_deeper(document: object, limit: int) -> bool:
    level = [document]
    for _ in range(limit):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
    return bool(level)


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON. Write a number")
