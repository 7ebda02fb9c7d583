"""Why the best result is the best, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.contract import ObjectiveName
from inference_recommendations_handler.recommendation.choosing import HIGHEST_IS_BEST

from .figure_text import dollars, milliseconds, whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommendations_handler.recommendation.choosing import Metrics

OBJECTIVES: Final[Mapping[ObjectiveName, str]] = {
    ObjectiveName.COST_PER_INFERENCE: "cost per inference",
    ObjectiveName.COST_PER_HOUR: "cost per hour",
    ObjectiveName.MODEL_LATENCY: "model latency",
    ObjectiveName.MAX_INVOCATIONS: "throughput",
}
"""What an objective is called in a sentence."""


def why_it_won(ranked: Sequence[tuple[str, Metrics]], objective: ObjectiveName, *, constrained: bool = False) -> str:
    """Say it.

    Args:
        ranked: What results are called and their figures, by `choosing.rank`, at least one.
        objective: By which they were.
        constrained: Whether they are what constraints have let through.
    """
    (name, best), others = ranked[0], ranked[1:]
    superlative = "highest" if objective in HIGHEST_IS_BEST else "lowest"
    figure = _figure(best.of(objective), objective)
    won = f"{name} wins: {superlative} {OBJECTIVES[objective]}, {figure}"
    if not others:
        allowed = " that meets the constraints" if constrained else ""
        return f"{name} is the only result with a {OBJECTIVES[objective]}{allowed}: {figure}."
    second_name, second = others[0]
    first_value, second_value = best.of(objective), second.of(objective)
    if first_value == second_value:
        return f"{won}, as {second_name}; {_tie_break(best, second)}."
    return f"{won}{_margin(first_value, second_value, objective)} the next, {second_name}."


def _margin(best: float | None, second: float | None, objective: ObjectiveName) -> str:
    if best is None or not second:
        return ", before"
    percent = abs(second - best) / abs(second) * 100
    return f", {whole(percent)} % {'more' if objective in HIGHEST_IS_BEST else 'less'} than"


def _tie_break(best: Metrics, second: Metrics) -> str:
    if best.cost_per_hour != second.cost_per_hour:
        return "it costs less an hour"
    if best.model_latency_ms != second.model_latency_ms:
        return "it has the lower latency"
    return "they are equal in cost per hour and latency too, and ordered by name and size"


def _figure(value: float | None, objective: ObjectiveName) -> str:
    if value is None:
        return "-"
    match objective:
        case ObjectiveName.COST_PER_INFERENCE:
            return f"{dollars(value * 1_000_000)} USD per million"
        case ObjectiveName.COST_PER_HOUR:
            return f"{dollars(value)} USD"
        case ObjectiveName.MODEL_LATENCY:
            return f"{milliseconds(value)} ms"
        case ObjectiveName.MAX_INVOCATIONS:
            return f"{whole(value)} requests a minute"
