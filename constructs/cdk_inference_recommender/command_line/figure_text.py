"""How figures are written, in the terminal and in the page alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.contract import ObjectiveName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_recommendations_handler.choosing import Metrics

NO_VALUE: Final = "-"
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
    form: str
    """As `format` takes it."""
    objective: ObjectiveName | None = None
    """The objective that ranks by this figure."""

    def text(self, metrics: Metrics) -> str:
        """The figure as a text."""
        value = self.value(metrics)
        return NO_VALUE if value is None else figure_text(value, self.form)


FIGURES: Final[Sequence[Figure]] = (
    Figure(
        heading="USD/hour",
        title="USD an hour",
        value=lambda metrics: metrics.cost_per_hour,
        form=".3f",
        objective=ObjectiveName.COST_PER_HOUR,
    ),
    Figure(
        heading="USD/million",
        title="USD per million",
        value=lambda metrics: per_million(metrics.cost_per_inference),
        form=".3f",
        objective=ObjectiveName.COST_PER_INFERENCE,
    ),
    Figure(
        heading="Req/min",
        title="Requests a minute",
        objective=ObjectiveName.MAX_INVOCATIONS,
        value=lambda metrics: metrics.max_invocations,
        form=".0f",
    ),
    # The service's documents disagree on the latency's unit: it is shown as it comes.
    Figure(
        heading="Latency",
        title="Latency",
        objective=ObjectiveName.MODEL_LATENCY,
        value=lambda metrics: metrics.model_latency,
        form=".0f",
    ),
    Figure(heading="CPU %", title="CPU %", value=lambda metrics: metrics.cpu_utilization, form=".0f"),
    Figure(heading="Mem %", title="Memory %", value=lambda metrics: metrics.memory_utilization, form=".0f"),
)


def figure_text(value: float, form: str) -> str:
    """Return a figure as a text that is never 0 for another figure, and never longer than it tells.

    Args:
        value: The figure.
        form: As `format` takes it. A figure that would lose its digits, or have more than any measurement has, is
            written with three significant ones instead.
    """
    text = format(value, form)
    rounds_away = abs(float(text) - value) > abs(value) * _MOST_ROUNDING
    return format(value, ".3g") if rounds_away or abs(value) >= _MOST_DIGITS else text


def per_million(cost_per_inference: float | None) -> float | None:
    """USD for a million inferences."""
    return None if cost_per_inference is None else cost_per_inference * 1_000_000
