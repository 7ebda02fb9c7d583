"""A document as lines of tab-separated values, as the AWS CLI's `--output text` has them.

A structure's scalars are a line, in the order of their names; under a name, the line begins with it in capitals. Lists
and structures inside follow, each with the name of its member. A list of scalars is one line without a name, and one
line for each under a name. Of structures in one list, all have the same columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def output_text(document: object) -> str:
    """Return the lines, each with its line break; empty for an empty document.

    Args:
        document: Of JSON's types.
    """
    return "".join(f"{line}\n" for line in _lines(document, None))


def _lines(value: object, name: str | None) -> Iterator[str]:
    match value:
        case dict():
            yield from _structure(value, name, sorted(key for key in value if not _nests(value[key])))
        case list():
            yield from _list(value, name)
        case _:
            yield _row(None, [value])


def _structure(value: dict[str, Any], name: str | None, columns: Sequence[str]) -> Iterator[str]:
    if columns:
        yield _row(name, [value.get(column, "") for column in columns])
    for key in sorted(value):
        if key not in columns:
            yield from _lines(value[key], key)


def _list(value: list[Any], name: str | None) -> Iterator[str]:
    if any(isinstance(item, dict) for item in value):
        structures = [item for item in value if isinstance(item, dict)]
        columns = sorted({key for item in structures for key in item if not _nests(item[key])})
        for item in value:
            yield from _structure(item, name, columns) if isinstance(item, dict) else _lines(item, name)
        return
    scalars = [item for item in value if not _nests(item)]
    if name is not None:
        yield from (_row(name, [item]) for item in scalars)
    elif scalars:
        yield _row(name, scalars)
    for item in value:
        if _nests(item):
            yield from _lines(item, name)


def _nests(value: object) -> bool:
    return isinstance(value, dict | list)


def _row(name: str | None, cells: Sequence[object]) -> str:
    return "\t".join(escape_text(str(cell)) for cell in (cells if name is None else [name.upper(), *cells]))
