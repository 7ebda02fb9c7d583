"""How figures are written, in the terminal and in the page alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_recommendations_handler.choosing import Metrics

NO_VALUE: Final = "-"
_SHORT_MS: Final = 10


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

    def text(self, metrics: Metrics) -> str:
        """The figure as a text."""
        value = self.value(metrics)
        return NO_VALUE if value is None else self.form(value)


def milliseconds(latency: float) -> str:
    """Return the digits of a latency in milliseconds, whole unless it is short."""
    return f"{latency:.3g}" if latency < _SHORT_MS else f"{latency:.0f}"


FIGURES: Final[Sequence[Figure]] = (
    Figure(heading="USD/hour", title="USD an hour", value=lambda metrics: metrics.cost_per_hour, form="{:.3f}".format),
    Figure(
        heading="USD/million",
        title="USD per million",
        value=lambda metrics: per_million(metrics.cost_per_inference),
        form="{:.3f}".format,
    ),
    Figure(
        heading="Req/min",
        title="Requests a minute",
        value=lambda metrics: metrics.max_invocations,
        form="{:.0f}".format,
    ),
    Figure(
        heading="Lat. ms",
        title="Latency (ms)",
        value=lambda metrics: metrics.model_latency_ms,
        form=milliseconds,
    ),
    Figure(heading="CPU %", title="CPU %", value=lambda metrics: metrics.cpu_utilization, form="{:.0f}".format),
    Figure(heading="Mem %", title="Memory %", value=lambda metrics: metrics.memory_utilization, form="{:.0f}".format),
)


def per_million(cost_per_inference: float | None) -> float | None:
    """USD for a million inferences."""
    return None if cost_per_inference is None else cost_per_inference * 1_000_000
