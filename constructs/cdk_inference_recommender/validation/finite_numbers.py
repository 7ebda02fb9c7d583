"""NaN and infinity, which end the CDK's JavaScript process without naming the construct."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .property_path import property_path
from .validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cdk_inference_recommender.request import Path


def refuse_non_finite(
    document: Mapping[str, object], spell: Callable[[Path, Mapping[str, object]], str] = property_path
) -> None:
    """Reject a document with numbers that a template can't contain.

    Args:
        document: A request, or arguments by their names in the API's spelling.
        spell: Writes a path in the document as its author does. Default: in snake case.

    Raises:
        ValidationError: Names every number that is NaN or infinite.
    """
    found = [f"{spell(path, document)} = {number}" for path, number in _non_finite(document, ())]
    if found:
        raise ValidationError(
            f"{', '.join(found)}: a template can't contain NaN or infinity (JSON, RFC 8259, numbers). Give a finite "
            "number, or leave it out."
        )


def _non_finite(value: object, path: Path) -> Iterator[tuple[Path, float]]:
    match value:
        case float() if not math.isfinite(value):
            yield path, value
        case Mapping():
            for name, member in value.items():
                yield from _non_finite(member, (*path, name))
        case list() | tuple():
            for position, item in enumerate(value):
                yield from _non_finite(item, (*path, position))
