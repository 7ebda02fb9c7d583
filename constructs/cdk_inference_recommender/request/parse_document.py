"""Reading a request that is written as JSON, as for the AWS CLI's `--cli-input-json`."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

_MAX_DEPTH: Final = 100
"""Far more than a request has, and far less than Python can walk."""


class UnreadableDocumentError(ValueError):
    """A text isn't JSON; the message says where and why in one line."""


def parse_document(text: str | bytes, *, name: str) -> object:
    """Parse a document strictly.

    Args:
        text: The JSON text; bytes are UTF-8, with or without a byte order mark.
        name: What the text is called in messages, such as the file's name.

    Returns:
        What the JSON says, of whatever type; `check_request` judges it.

    Raises:
        UnreadableDocumentError: It isn't UTF-8 or JSON, has a member twice in one object, or is nested too deeply.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        document: object = json.loads(decoded, object_pairs_hook=_without_repetition, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        raise UnreadableDocumentError(f"{place}: this isn't JSON: {error.msg}. Correct it there.") from None
    except UnicodeDecodeError as error:
        raise UnreadableDocumentError(f"{name}, byte {error.start}: this isn't UTF-8. Save it as UTF-8.") from None
    except ValueError as error:
        raise UnreadableDocumentError(f"{name}: {error}.") from None
    except RecursionError:
        raise _too_deep(name) from None
    if _is_deeper(document, _MAX_DEPTH):
        raise _too_deep(name)
    return document


def _too_deep(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(f"{name}: it is nested too deeply for a request. Take the excess out.")


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
