"""How figures are written, in the terminal and in the page alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_recommendations_handler.choosing import Metrics

NO_VALUE: Final = "-"


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

    def text(self, metrics: Metrics) -> str:
        """The figure as a text."""
        value = self.value(metrics)
        return NO_VALUE if value is None else format(value, self.form)


FIGURES: Final[Sequence[Figure]] = (
    Figure(heading="USD/hour", title="USD an hour", value=lambda metrics: metrics.cost_per_hour, form=".3f"),
    Figure(
        heading="USD/million",
        title="USD per million",
        value=lambda metrics: per_million(metrics.cost_per_inference),
        form=".3f",
    ),
    Figure(
        heading="Req/min",
        title="Requests a minute",
        value=lambda metrics: metrics.max_invocations,
        form=".0f",
    ),
    # The service's documents disagree on the latency's unit: it is shown as it comes.
    Figure(
        heading="Latency",
        title="Latency",
        value=lambda metrics: metrics.model_latency,
        form=".0f",
    ),
    Figure(heading="CPU %", title="CPU %", value=lambda metrics: metrics.cpu_utilization, form=".0f"),
    Figure(heading="Mem %", title="Memory %", value=lambda metrics: metrics.memory_utilization, form=".0f"),
)


def per_million(cost_per_inference: float | None) -> float | None:
    """USD for a million inferences."""
    return None if cost_per_inference is None else cost_per_inference * 1_000_000
