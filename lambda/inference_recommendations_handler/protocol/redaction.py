"""Redaction of values that messages of a service, or exceptions, can quote.

These are the values of environment variables, which can be secrets, and the ResponseURL, which lets anyone respond for
the stack. They appear in no log and in no stack event. The handler's own messages never contain them. Names of
variables aren't redacted.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN: Final = "(hidden)"
MIN_LENGTH: Final = 4
"""Minimum characters of a redacted value. Shorter values aren't secrets, and would break other words apart."""
_PARAMETER_NAMES: Final = frozenset({"Key", "Name", "ValueType"})
_ENVIRONMENT: Final = {
    "Environment": frozenset[str](),
    "EnvironmentParameters": _PARAMETER_NAMES,
    "EnvironmentParameterRanges": _PARAMETER_NAMES,
}
"""Members of SageMaker's requests and responses that contain only values, except for the listed members."""
_JSON: Final = "EnvironmentJson"
_URL: Final = "ResponseURL"
_QUOTED_AS_IT_IS: Final = re.compile(r"[!#-&(-\[\]-~]+")
"""Printable ASCII characters without spaces, quotation marks, and backslashes."""

_values: ContextVar[frozenset[str]] = ContextVar("values", default=frozenset())


@contextmanager
def hiding(document: object) -> Iterator[None]:
    """Redact the document's values, and those of every `hide` within, until the context exits."""
    token = _values.set(frozenset())
    hide(document)
    try:
        yield
    finally:
        _values.reset(token)


def hide(document: object) -> None:
    """Redact the values of an event, or of a service's response, from now on."""
    found = {form for value in _found(document, names=None) for form in _forms(value) if len(form) >= MIN_LENGTH}
    _values.set(_values.get() | found)


def redact(text: str) -> str:
    """Replace every hidden value in the text."""
    # The longest first: a value can contain another one.
    for value in sorted(_values.get(), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text


def _found(document: Any, *, names: frozenset[str] | None) -> Iterator[str]:
    """Yield the values to redact.

    Args:
        document: JSON document.
        names: Members that contain no value; None outside an environment.
    """
    if isinstance(document, dict):
        for name, value in document.items():
            if name == _URL:
                yield from _parts(str(value))
            elif name == _JSON:
                yield from _of_json(value)
            elif names is None:
                yield from _found(value, names=_ENVIRONMENT.get(name))
            elif name not in names or not isinstance(value, str):
                yield from _found(value, names=names)
    elif isinstance(document, list):
        for item in document:
            yield from _found(item, names=names)
    elif names is not None and isinstance(document, str):
        yield document


def _of_json(text: Any) -> Iterator[str]:
    try:
        value = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        value = text
    yield from _found(value, names=frozenset())


def _parts(url: str) -> Iterator[str]:
    yield url
    try:
        query = urlsplit(url).query
    except ValueError:
        return
    yield query
    yield from (value for name, value in parse_qsl(query) if name.lower().endswith(("signature", "token")))


def _forms(value: str) -> Iterator[str]:
    """Yield the value itself, and as it is quoted in JSON, in Python, and on a single line."""
    yield value
    if _QUOTED_AS_IT_IS.fullmatch(value):
        return
    yield " ".join(value.split())
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
