"""Reference paths: the part of JSONPath that Step Functions allows for reading and placing one node."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

_STEP: Final = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\[\"([^\"]+)\"\]|\[(\d+)\]")


class InvalidPathError(ValueError):
    """The path isn't one that the sandbox knows."""


class PathNotFoundError(LookupError):
    """The path leads nowhere in this document."""


def steps(path: str) -> list[str | int]:
    """Split a path such as `$.a.b[0]` into its steps; `$` has none.

    Raises:
        InvalidPathError: If it is no reference path; `$$` is the caller's to strip.
    """
    if not path.startswith("$"):
        raise InvalidPathError(f"{path!r} is no path: it must start with $")
    found: list[str | int] = []
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise InvalidPathError(f"the sandbox reads reference paths such as $.a.b[0] only, not {path!r}")
        name = match[1] or match[2] or match[3]
        found.append(name if name is not None else int(match[4]))
        position = match.end()
    return found


def read(path: str, document: Any) -> Any:
    """Return what a path leads to.

    Raises:
        PathNotFoundError: If there is nothing.
    """
    value = document
    for step in steps(path):
        found = isinstance(value, list) and isinstance(step, int) and step < len(value)
        found = found or (isinstance(value, dict) and step in value)
        if not found:
            raise PathNotFoundError(f"The JSONPath '{path}' could not be found in the input")
        value = value[step]
    return value


def place(path: str, document: Any, value: Any) -> Any:
    """Return a copy of a document with a value where the path leads; what is missing on the way is made.

    Raises:
        PathNotFoundError: If something else is in the way.
    """
    way = steps(path)
    if not way:
        return value
    result = copy.deepcopy(document)
    if not isinstance(result, dict):
        raise PathNotFoundError(f"The ResultPath '{path}' can't be applied to an input that isn't an object")
    node: Any = result
    for step in way[:-1]:
        node = node.setdefault(step, {}) if isinstance(node, dict) else node[step]
    node[way[-1]] = value
    return result
