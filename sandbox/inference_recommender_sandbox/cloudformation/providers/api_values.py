"""Gives values of a template the type that an API wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FROM_TEXT: Final[Mapping[str, Callable[[str], Any]]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def api_values(value: Any, shape: Shape | None) -> Any:  # noqa: PLR0911 - one for each kind of shape
    """Give every scalar the type of its shape; CloudFormation takes `"1"` where a number is wanted.

    What can't be converted stays as it is: the API says what is wrong with it.
    """
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {name: api_values(item, shape.members.get(name)) for name, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [api_values(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: api_values(item, shape.value) for name, item in value.items()}
    if shape is not None and isinstance(value, str) and shape.type_name in _FROM_TEXT:
        try:
            return _FROM_TEXT[shape.type_name](value)
        except (ValueError, KeyError):
            return value
    if shape is not None and shape.type_name == "string" and isinstance(value, (bool, int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value
