"""A figure as an attribute holds it."""

from __future__ import annotations

from decimal import Decimal

from inference_recommendations_handler.protocol.contract import UNAVAILABLE


def metric_text(value: float | None) -> str:
    """Without an exponent, which a reader of a price stumbles over, and without `.0` on whole numbers."""
    if value is None:
        return UNAVAILABLE
    digits = format(Decimal(repr(value)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
