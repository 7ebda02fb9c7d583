"""The format of figures, in the terminal and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.contract import ObjectiveName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inference_recommendations_handler.recommendation.choosing import RecommendationResult
    from inference_recommendations_handler.recommendation.job_results import ExistingEndpoint

NO_VALUE: Final = "-"
_SHORT_MS: Final = 10
_MOST_ROUNDING: Final = 0.05
_MOST_DIGITS: Final = 1e15
_MOST_PERCENT: Final = 100
_WHOLE_FACTOR: Final = 10
_LEAST_PERCENT: Final = 0.01
_LEAST_SHARE: Final = 0.005
"""Smaller shares would be rounded to 100 % less."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One column of figures."""

    heading: str
    """Short, for the terminal."""
    title: str
    """In words, for the page."""
    value: Callable[[RecommendationResult], float | None]
    """In the unit of the title."""
    form: Callable[[float], str]
    """How a value is written."""
    unit: str
    """What follows a value in a sentence."""
    metric: str = ""
    """Name in the API; empty for a figure that the service doesn't measure."""
    scale: float = 1
    """Value of the title's unit for 1 of the metric."""
    objective: ObjectiveName | None = None
    """The objective that ranks by this figure."""

    def text(self, found: RecommendationResult) -> str:
        """Return the figure without its unit."""
        value = self.value(found)
        return NO_VALUE if value is None else self.form(value)

    def phrase(self, value: float | None) -> str:
        """Return a value of the figure with its unit."""
        return NO_VALUE if value is None else f"{self.form(value)} {self.unit}"


def dollars(amount: float) -> str:
    """Return the digits of an amount in USD, with three decimals."""
    return _digits(amount, ",.3f")


def whole(value: float) -> str:
    """Return the digits of a value without decimals."""
    return _digits(value, ",.0f")


def milliseconds(latency: float) -> str:
    """Return the digits of a latency in milliseconds, whole unless it is short."""
    return f"{latency:.3g}" if latency < _SHORT_MS else whole(latency)


def percent(share: float) -> str:
    """Return a share in whole percent."""
    return f"{share * 100:,.0f} %" if share >= _LEAST_PERCENT else "less than 1 %"


def compared(value: float, other: float) -> str:
    """Return what a value is in terms of another one: `25 % more than`, `33 % less than`, `3.4 times`.

    Args:
        value: 0 or more.
        other: Above 0.
    """
    if value == other:
        return "the same as"
    share = value / other
    if share < _LEAST_SHARE:
        return "less than 1 % of"
    if share < 1:
        return f"{percent(1 - share)} less than"
    if share <= _MOST_PERCENT / 100 + 1:
        return f"{percent(share - 1)} more than"
    return f"{whole(share) if share >= _WHOLE_FACTOR else _digits(share, ',.1f')} times"


def existing_endpoint(endpoint: ExistingEndpoint) -> str:
    """Return what was measured of the endpoint that the job compares with."""
    requests = NO_VALUE if endpoint.max_invocations is None else whole(endpoint.max_invocations)
    latency = NO_VALUE if endpoint.model_latency_ms is None else f"{milliseconds(endpoint.model_latency_ms)} ms"
    return f"{requests} requests a minute, latency {latency}"


def per_million(cost_per_inference: float | None) -> float | None:
    """Return the USD for a million inferences."""
    return None if cost_per_inference is None else cost_per_inference * 1_000_000


def figure_of(objective: ObjectiveName) -> Figure:
    """Return the figure that an objective ranks by."""
    return next(figure for figure in FIGURES if figure.objective is objective)


def _digits(value: float, form: str) -> str:
    """Return a value as `format` writes it, or with three significant digits.

    It has the three digits where it would be rounded by more than a twentieth, such as to 0, and from 10 to the power
    of 15, which no measurement reaches.
    """
    text = format(value, form)
    is_rounded_away = abs(float(text.replace(",", "")) - value) > abs(value) * _MOST_ROUNDING
    return format(value, ".3g") if is_rounded_away or abs(value) >= _MOST_DIGITS else text


FIGURES: Final[Sequence[Figure]] = (
    Figure(
        heading="USD/hour",
        title="USD an hour",
        value=lambda found: found.metrics.cost_per_hour,
        form=dollars,
        unit="USD an hour",
        metric="CostPerHour",
        objective=ObjectiveName.COST_PER_HOUR,
    ),
    Figure(
        heading="USD/million",
        title="USD per million",
        value=lambda found: per_million(found.metrics.cost_per_inference),
        form=dollars,
        unit="USD per million",
        metric="CostPerInference",
        scale=1_000_000,
        objective=ObjectiveName.COST_PER_INFERENCE,
    ),
    Figure(
        heading="Req/min",
        title="Requests a minute",
        value=lambda found: found.metrics.max_invocations,
        form=whole,
        unit="requests a minute",
        metric="MaxInvocations",
        objective=ObjectiveName.MAX_INVOCATIONS,
    ),
    Figure(
        heading="Lat. ms",
        title="Latency (ms)",
        value=lambda found: found.metrics.model_latency_ms,
        form=milliseconds,
        unit="ms",
        metric="ModelLatency",
        objective=ObjectiveName.MODEL_LATENCY,
    ),
    Figure(
        heading="CPU %",
        title="CPU %",
        value=lambda found: found.metrics.cpu_utilization,
        form=whole,
        unit="% CPU",
        metric="CpuUtilization",
    ),
    Figure(
        heading="Mem %",
        title="Memory %",
        value=lambda found: found.metrics.memory_utilization,
        form=whole,
        unit="% memory",
        metric="MemoryUtilization",
    ),
)
"""The measured figures, in the order in which they are shown."""
