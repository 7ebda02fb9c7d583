"""Bounds of single integers that the service model leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .rule import Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cdk_inference_recommender.request.request_document import RequestDocument

BOUNDS: Final = frozenset({"MinimumValue", "MaximumValue"})
"""The service model's rules that a narrower range replaces; see `Rule.refines`."""


def outside(
    *fields: str, low: int | None = None, high: int | None = None
) -> Callable[[RequestDocument], Iterator[Violation]]:
    """Return a function that yields integers out of bounds.

    Args:
        fields: Where the integers stand.
        low: The least allowed; left out where the service model has it.
        high: The greatest allowed; likewise.

    Returns:
        What a `Rule` takes as its `violations`.
    """

    def violations(request: RequestDocument) -> Iterator[Violation]:
        for field in fields:
            for path, value in request.integers(field):
                if (low is not None and value < low) or (high is not None and value > high):
                    yield Violation(path=path, value=value)

    return violations
