"""Values of properties, which CloudFormation delivers as strings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .contract import JobProperty
from .typed_request import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping


def number(value: object) -> float | None:
    """Return the value as a finite number, or None if it is absent, NaN (also as a string), infinite, or no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        parsed = float(value)
    except (ValueError, OverflowError):
        return None
    return parsed if math.isfinite(parsed) else None


def tags_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the user's tags. Skip malformed ones."""
    listed = properties.get(JobProperty.TAGS)
    return {
        str(tag["Key"]): str(tag.get("Value", ""))
        for tag in (listed if isinstance(listed, list) else [])
        if isinstance(tag, dict) and "Key" in tag
    }


def flag(properties: Mapping[str, Any], name: str) -> bool:
    """Return a Boolean property, which CloudFormation delivers as a string; default: False."""
    return str(properties.get(name, "false")).lower() == "true"


def seconds(properties: Mapping[str, Any], name: str, *, default: float) -> float:
    """Return a duration in seconds.

    Raises:
        RequestError: The property isn't a number.
    """
    value = properties.get(name, default)
    found = number(value)
    if found is None:
        raise RequestError(f"The property {name} is {value!r} and should be a number of seconds: correct it.")
    return found


def tag_list(tags: Mapping[str, str]) -> list[Any]:
    """Return tags in the form of SageMaker's API."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
