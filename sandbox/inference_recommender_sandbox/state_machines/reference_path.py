"""Reference paths: the part of JSONPath that Step Functions allows for reading and placing one node."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP: Final = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]|\[\"([^\"]+)\"\]|\[(\d+)\]")

CONTEXT_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "Execution": frozenset({"Id", "Input", "Name", "RoleArn", "StartTime"}),
    "State": frozenset({"EnteredTime", "Name"}),
    "StateMachine": frozenset({"Id", "Name"}),
}
"""What the sandbox has of the context object (`$$`)."""


class InvalidPathError(ValueError):
    """The path isn't one that the sandbox knows."""


class PathNotFoundError(LookupError):
    """The path leads nowhere in this document."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


def steps(path: str) -> list[str | int]:
    """Split a path such as `$.a.b[0]` into its steps; `$` has none.

    Raises:
        InvalidPathError: If it is no reference path; `$$` is the caller's to strip.
    """
    found: list[str | int] = []
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise InvalidPathError(f"the path {path!r}, only reference paths such as $.a.b[0]")
        name = match[1] or match[2] or match[3]
        found.append(name if name is not None else int(match[4]))
        position = match.end()
    return found


def check_path(path: str) -> None:
    """Check that the sandbox can read a path, `$$` included.

    Raises:
        InvalidPathError: If it can't; the message completes "the sandbox doesn't have".
    """
    if not path.startswith("$$"):
        steps(path)
        return
    section, field, *_ = [*steps(path[1:]), None, None]
    if section is not None and (
        section not in CONTEXT_FIELDS or (field is not None and field not in CONTEXT_FIELDS[str(section)])
    ):
        raise InvalidPathError(f"{path!r} of the context object")


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
            raise PathNotFoundError(path, f"The JSONPath '{path}' could not be found in the input")
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
    node: Any = result
    for step, following in zip(way, [*way[1:], None], strict=True):
        fits = isinstance(node, dict) and isinstance(step, str)
        if not (fits or (isinstance(node, list) and isinstance(step, int) and step < len(node))):
            raise PathNotFoundError(path, f"Unable to apply step \"{step}\" of the ResultPath '{path}' to the input")
        if following is None:
            node[step] = value
        else:
            node = node.setdefault(step, {}) if isinstance(node, dict) else node[step]
    return result
