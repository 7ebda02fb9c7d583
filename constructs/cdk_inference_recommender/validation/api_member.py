"""Fields of value objects, and the members of the API that they are rendered to.

A field is rendered to the member of its own name (`spawn_rate` to `SpawnRate`), unless its metadata says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from .enum_like import EnumLike

if TYPE_CHECKING:
    from .prop_types import PropType

ApiPath: TypeAlias = tuple[str, ...]
"""Members of the API from a structure down."""

_KEY: Final = "member"


@dataclass(frozen=True, kw_only=True)
class ApiMember:
    """Where and how a field is rendered.

    Attributes:
        path: Members from the structure that the value object stands for down to the field's own. Default: none, the
            field isn't part of the request.
        kind: Type of its values, where a wrong one is rejected. Default: any.
        render: Returns the API's value, given the field's value and its path in the user's spelling. Default:
            `rendered`. None where the construct renders it.
        spelled: How a user spells it in a path. Default: the field's name.
        items: How what is below it is spelled: as a structure's members and a list's positions, as items that are
            known by a name, or not at all.
        is_flat: Whether the value object's members are those of the structure at `path`, beside others.
    """

    path: ApiPath = ()
    kind: PropType | None = None
    render: Callable[[Any, str], object] | None
    spelled: str | None = None
    items: Literal["by position", "by name", "unspelled"] = "by position"
    is_flat: bool = False


def rendered(value: object, where: str) -> object:
    """Return a field's value as the API takes it.

    Args:
        value: A value object, a choice, a list of these, or what the API takes itself.
        where: Its path in the user's spelling, for errors.

    Raises:
        ValidationError: A value can't be expressed in the API's unit.
    """
    if isinstance(value, EnumLike):
        return value.value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [rendered(item, f"{where}[{position}]") for position, item in enumerate(value)]
    return _structure(value, where) if is_dataclass(value) else value


def member(
    *path: str, render: Callable[[Any, str], object] | None = rendered, **attributes: Any
) -> dict[str, ApiMember]:
    """Return a field's metadata; see `ApiMember`.

    Args:
        *path: Members from the structure down to the field's own.
        render: As `ApiMember.render`.
        **attributes: Other attributes of `ApiMember`.
    """
    return {_KEY: ApiMember(path=path, render=render, **attributes)}


def member_of(field: Field[Any]) -> ApiMember:
    """Return where and how a field is rendered."""
    given: ApiMember | None = field.metadata.get(_KEY)
    if given is not None:
        return given
    return ApiMember(path=("".join(word.capitalize() for word in field.name.split("_")),), render=rendered)


def members_of(value: Any, where: str = "", within: ApiPath = ()) -> Iterator[tuple[ApiPath, object]]:
    """Render the fields of a value object that are given.

    Args:
        value: The value object. None and an empty list or mapping count as not given.
        where: Its path in the user's spelling, for errors.
        within: The structure that it stands for.

    Yields:
        Path and value of each member.

    Raises:
        ValidationError: As for `rendered`.
    """
    for name, how, render in _rendered_fields(value.__class__):
        given = getattr(value, name)
        if given is None or (isinstance(given, list | tuple | Mapping) and not given):
            continue
        place = ".".join(part for part in (where, name if how.spelled is None else how.spelled) if part)
        if how.is_flat:
            yield from members_of(given, place, (*within, *how.path))
        else:
            yield (*within, *how.path), render(given, place)


def with_member(document: Mapping[Any, Any], path: ApiPath, value: object) -> dict[Any, Any]:
    """Copy a document with a member that replaces what stands there.

    Args:
        document: The document. What isn't a structure on the way to the member is left as it is.
        path: The member's.
        value: Its value. None removes the member.
    """
    name, *below = path
    if not below:
        others = {other: given for other, given in document.items() if other != name}
        return others if value is None else {**others, name: value}
    inner = document.get(name, {})
    return {**document, name: with_member(inner, tuple(below), value) if isinstance(inner, Mapping) else inner}


@cache
def _rendered_fields(value_object: type[Any]) -> list[tuple[str, ApiMember, Callable[[Any, str], object]]]:
    known = ((field.name, member_of(field)) for field in fields(value_object))
    return [(name, how, how.render) for name, how in known if how.path and how.render is not None]


@cache
def types_of(value_object: type[Any]) -> Mapping[str, PropType]:
    """Return the types of those fields whose values are checked."""
    known = ((field.name, member_of(field).kind) for field in fields(value_object))
    return {name: kind for name, kind in known if kind is not None}


def _structure(value: Any, where: str) -> dict[str, object]:
    document: dict[str, object] = {}
    for path, given in members_of(value, where):
        document = with_member(document, path, given)
    return document
