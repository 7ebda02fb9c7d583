"""Pages of a list, by the API's `NextToken`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

_Item = TypeVar("_Item")


def page(items: Sequence[_Item], token: str | None, *, size: int) -> tuple[list[_Item], str | None]:
    """Return a page, and the token of the next one.

    The token counts from the end, so that what is added at the front between two pages shifts nothing.

    Raises:
        ValidationError: If the token isn't one of these.
    """
    if token is not None and not token.isdigit():
        raise ValidationError("Invalid NextToken")
    start = 0 if token is None else max(0, len(items) - int(token))
    end = start + size
    return list(items[start:end]), str(len(items) - end) if end < len(items) else None
