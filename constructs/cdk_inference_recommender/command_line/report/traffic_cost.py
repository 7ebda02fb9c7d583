"""What a result costs at the traffic that is expected, computed from its measurements.

The service's cost per inference holds for an endpoint at full load. An endpoint on instances is paid by the hour.
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.contract import EndpointType

from .figure_text import Figure, dollars, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inference_recommendations_handler.recommendation.choosing import RecommendationResult

HOURS_PER_MONTH: Final = 730
"""A twelfth of a year (AWS Pricing Calculator, which counts months so)."""
_MINUTES_PER_HOUR: Final = 60
_WHOLE_DOLLARS: Final = 100
_TOLERANCE: Final = 1e-6
"""The service returns 32-bit floats: traffic of exactly two instances doesn't need three."""


def add_traffic(parser: argparse.ArgumentParser) -> None:
    """Add the option `--traffic`."""
    parser.add_argument(
        "--traffic",
        type=_traffic,
        metavar="NUMBER",
        help="expected requests a minute: adds the instances that they need and the cost of a month",
    )


def instances_needed(found: RecommendationResult, traffic: float) -> int | None:
    """Return the number of instances for the traffic.

    Args:
        found: The result.
        traffic: Requests a minute, above 0.

    Returns:
        At least 1, without a reserve; None for a serverless endpoint, and without a measured throughput.
    """
    throughput = found.metrics.max_invocations
    if found.endpoint_type is EndpointType.SERVERLESS or throughput is None:
        return None
    needed = traffic / throughput
    return max(1, math.ceil(needed * (1 - _TOLERANCE))) if math.isfinite(needed) else None


def dollars_per_month(found: RecommendationResult, traffic: float) -> float | None:
    """Return the cost of a month of 730 hours at the traffic, in USD.

    Args:
        found: The result.
        traffic: Requests a minute, above 0.

    Returns:
        None where the figures for it weren't measured, or one serverless endpoint doesn't carry the traffic.
    """
    metrics = found.metrics
    if found.endpoint_type is EndpointType.REAL_TIME:
        instances = instances_needed(found, traffic)
        hourly = metrics.cost_per_hour
        return None if instances is None or hourly is None else instances * hourly * HOURS_PER_MONTH
    if metrics.cost_per_inference is None or not carries(found, traffic):
        return None
    return metrics.cost_per_inference * traffic * _MINUTES_PER_HOUR * HOURS_PER_MONTH


def carries(found: RecommendationResult, traffic: float) -> bool:
    """Return whether the endpoint carries the traffic: one on instances does with enough of them.

    Args:
        found: The result.
        traffic: Requests a minute, above 0.
    """
    throughput = found.metrics.max_invocations
    if throughput is None:
        return False
    return found.endpoint_type is EndpointType.REAL_TIME or traffic * (1 - _TOLERANCE) <= throughput


def traffic_figures(traffic: float | None) -> Sequence[Figure]:
    """Return the columns for the traffic; none without one.

    Args:
        traffic: Requests a minute.
    """
    if traffic is None:
        return ()
    return (
        Figure(
            heading="USD/month",
            title="USD a month",
            value=lambda found: dollars_per_month(found, traffic),
            form=_monthly_dollars,
            unit="USD a month",
        ),
        Figure(
            heading="Inst.",
            title="Instances",
            value=lambda found: instances_needed(found, traffic),
            form=whole,
            unit="instances",
        ),
    )


def _monthly_dollars(amount: float) -> str:
    """Return the digits of a month's cost, whole unless it is small."""
    return whole(amount) if amount >= _WHOLE_DOLLARS else dollars(amount)


def _traffic(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0
    if not 0 < rate < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of requests a minute above 0")
    return rate
