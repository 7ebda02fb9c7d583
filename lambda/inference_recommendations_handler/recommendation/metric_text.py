"""Metric as the value of an attribute."""

from __future__ import annotations

from decimal import Decimal

from inference_recommendations_handler.protocol.contract import UNAVAILABLE


def metric_text(value: float | None) -> str:
    """Format a metric without an exponent, and whole numbers without `.0`."""
    if value is None:
        return UNAVAILABLE
    digits = format(Decimal(repr(value)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
