"""How a user of the constructs spells a field of the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from .api_member import ApiPath, member_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_Path = tuple[str | int, ...]

_FEW: Final = 2


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """How one member is spelled.

    Attributes:
        level: On the way to what is below it; empty where the level is left out.
        end: Where a path ends with it.
        items: As `ApiMember.items`.
    """

    level: str
    end: str
    items: Literal["by position", "by name", "unspelled"] = "by position"


def spellings_of(props: type[Any]) -> Mapping[ApiPath, Spelling]:
    """Return how the members are spelled that the fields of a construct's props are rendered to.

    A structure that one or two props make up is spelled as these.

    Args:
        props: A dataclass whose fields are the props.
    """
    spelled = dict(_spelled(props, (), ""))
    left_out: dict[ApiPath, list[str]] = {}
    for path, spelling in spelled.items():
        for length in range(1, len(path)):
            if path[:length] not in spelled:
                left_out.setdefault(path[:length], []).append(spelling.end)
    for path, below in left_out.items():
        spelled[path] = Spelling(level="", end=" or ".join(below) if len(below) <= _FEW else "")
    return spelled


def _spelled(value_object: type[Any], within: ApiPath, where: str) -> Iterator[tuple[ApiPath, Spelling]]:
    for field in fields(value_object):
        how = member_of(field)
        path = (*within, *how.path)
        text = ".".join(part for part in (where, field.name if how.spelled is None else how.spelled) if part)
        kind = how.kind.of if how.kind is not None else None
        if how.path and not how.is_flat:
            yield path, Spelling(level=text, end=text, items=how.items)
        if how.path and isinstance(kind, type) and is_dataclass(kind):
            yield from _spelled(kind, path, text if how.is_flat else "")


def property_path(
    path: _Path, request: Mapping[str, object] | None = None, spellings: Mapping[ApiPath, Spelling] | None = None
) -> str:
    """Translate the path of an API member into props, for example `traffic_pattern.phases[1].duration`.

    Args:
        path: API member names and list positions.
        request: The request that the path leads into, where there is one; environment parameters and tags are spelled
            by their name.
        spellings: Members whose prop isn't simply their name in snake case. Default: none.
    """
    known = spellings or {}
    spelled = ""
    names: ApiPath = ()
    value: object = request
    items = "by position"
    for position, step in enumerate(path, start=1):
        value = _member(value, step)
        if isinstance(step, int):
            name = value.get("Name", value.get("Key")) if isinstance(value, Mapping) else None
            if items != "unspelled":
                spelled += f"[{name!r}]" if items == "by name" and isinstance(name, str) else f"[{step}]"
        elif items == "by position":
            names = (*names, step)
            how = known.get(names)
            text = _snake_case(step) if how is None else how.end if position == len(path) else how.level
            items = "by position" if how is None else how.items
            spelled += ("." if spelled and text else "") + text
    return spelled


def _member(value: object, step: str | int) -> object:
    if isinstance(step, int):
        is_inside = isinstance(value, Sequence) and not isinstance(value, str) and 0 <= step < len(value)
        return value[step] if is_inside and isinstance(value, Sequence) else None
    return value.get(step) if isinstance(value, Mapping) else None


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
