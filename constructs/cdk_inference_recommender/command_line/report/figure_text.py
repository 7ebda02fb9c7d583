"""The format of figures, in the terminal and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.contract import ObjectiveName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_recommendations_handler.recommendation.choosing import Metrics

NO_VALUE: Final = "-"
_SHORT_MS: Final = 10
_MOST_ROUNDING: Final = 0.05
_MOST_DIGITS: Final = 1e15


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One column of figures."""

    heading: str
    """Short, for the terminal."""
    title: str
    """In words, for the page."""
    value: Callable[[Metrics], float | None]
    """In the unit of the title."""
    form: Callable[[float], str]
    """How a value is written."""
    objective: ObjectiveName | None = None
    """The objective that ranks by this figure."""

    def text(self, metrics: Metrics) -> str:
        """The figure as a text."""
        value = self.value(metrics)
        return NO_VALUE if value is None else self.form(value)


def dollars(amount: float) -> str:
    """Return the digits of an amount in USD, with three decimals."""
    return _digits(amount, ".3f")


def whole(value: float) -> str:
    """Return the digits of a value without decimals."""
    return _digits(value, ".0f")


def milliseconds(latency: float) -> str:
    """Return the digits of a latency in milliseconds, whole unless it is short."""
    return f"{latency:.3g}" if latency < _SHORT_MS else whole(latency)


def _digits(value: float, form: str) -> str:
    """Return a value as `format` writes it, or with three significant digits.

    It has the three digits where it would be rounded by more than a twentieth, such as to 0, and from 10 to the power
    of 15, which nothing reaches that is measured.
    """
    text = format(value, form)
    is_rounded_away = abs(float(text) - value) > abs(value) * _MOST_ROUNDING
    return format(value, ".3g") if is_rounded_away or abs(value) >= _MOST_DIGITS else text


FIGURES: Final[Sequence[Figure]] = (
    Figure(
        heading="USD/hour",
        title="USD an hour",
        value=lambda metrics: metrics.cost_per_hour,
        form=dollars,
        objective=ObjectiveName.COST_PER_HOUR,
    ),
    Figure(
        heading="USD/million",
        title="USD per million",
        value=lambda metrics: per_million(metrics.cost_per_inference),
        form=dollars,
        objective=ObjectiveName.COST_PER_INFERENCE,
    ),
    Figure(
        heading="Req/min",
        title="Requests a minute",
        value=lambda metrics: metrics.max_invocations,
        form=whole,
        objective=ObjectiveName.MAX_INVOCATIONS,
    ),
    Figure(
        heading="Lat. ms",
        title="Latency (ms)",
        value=lambda metrics: metrics.model_latency_ms,
        form=milliseconds,
        objective=ObjectiveName.MODEL_LATENCY,
    ),
    Figure(heading="CPU %", title="CPU %", value=lambda metrics: metrics.cpu_utilization, form=whole),
    Figure(heading="Mem %", title="Memory %", value=lambda metrics: metrics.memory_utilization, form=whole),
)


def per_million(cost_per_inference: float | None) -> float | None:
    """USD for a million inferences."""
    return None if cost_per_inference is None else cost_per_inference * 1_000_000
