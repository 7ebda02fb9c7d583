"""Escaping of text that others wrote, such as names, tags, environment values and failure reasons, for display."""

from __future__ import annotations

import json
import unicodedata

_DELETE = "\x7f"


def escape_text(text: str) -> str:
    r"""Return the text on one line, without characters that a terminal or a browser acts on.

    Characters that aren't printable become an escape, such as `\x1b` or `\u202e`: control characters, line breaks,
    bidirectional formatting and other invisible characters, lone surrogates, and code points without a character.
    Spaces of any width stay. Text without such characters stays as it is.

    Args:
        text: Text that AWS, a file or the user wrote. It may contain markup of any kind, which stays text as long as
            the caller doesn't parse the result: use `rich.text.Text`, not a string that rich takes for markup.
    """
    if text.isprintable():
        return text
    return "".join(each if _is_shown(each) else each.encode("unicode_escape").decode() for each in text)


def escape_json(document: object) -> str:
    """Return the document as indented JSON in ASCII, in which a reader finds every text unchanged.

    Raises:
        ValueError: If the document has NaN or an infinite number, which JSON has no form for.
    """
    # JSON has DEL unescaped in strings, and nowhere else.
    return json.dumps(document, indent=2, allow_nan=False).replace(_DELETE, "\\u007f")


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
