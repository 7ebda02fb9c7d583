"""The reason why the best result is the best, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.contract import ObjectiveName
from inference_recommendations_handler.recommendation.choosing import HIGHEST_IS_BEST

from .figure_text import compared, figure_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommendations_handler.recommendation.choosing import Metrics, RecommendationResult

OBJECTIVES: Final[Mapping[ObjectiveName, str]] = {
    ObjectiveName.COST_PER_INFERENCE: "cost per inference",
    ObjectiveName.COST_PER_HOUR: "cost per hour",
    ObjectiveName.MODEL_LATENCY: "model latency",
    ObjectiveName.MAX_INVOCATIONS: "throughput",
}
"""What an objective is called in a sentence."""


def why_it_won(
    ranked: Sequence[tuple[str, RecommendationResult]], objective: ObjectiveName, *, constrained: bool = False
) -> str:
    """Return the sentence.

    Args:
        ranked: Names of results and the results, by `choosing.rank`, at least one.
        objective: The objective that ranks them.
        constrained: Whether they are the results that meet constraints.
    """
    (name, best), others = ranked[0], ranked[1:]
    measure = figure_of(objective)
    first = measure.value(best)
    superlative = "highest" if objective in HIGHEST_IS_BEST else "lowest"
    figure = measure.phrase(first)
    if not others:
        allowed = " that meets the constraints" if constrained else ""
        return f"{name} is the only result with a {OBJECTIVES[objective]}{allowed}: {figure}."
    tied = [(other, found) for other, found in others if measure.value(found) == first]
    if tied:
        names = [name, *(other for other, _ in tied)]
        return (
            f"{', '.join(names[:-1])} and {names[-1]} tie for the {superlative} {OBJECTIVES[objective]}, {figure}. "
            f"{name} wins: {_tie_break(best.metrics, tied[0][1].metrics)}."
        )
    second_name, second = others[0]
    second_value = measure.value(second)
    margin = f"{compared(first, second_value)} the next" if first is not None and second_value else "before the next"
    return f"{name} wins: {superlative} {OBJECTIVES[objective]}, {figure}, {margin}, {second_name}."


def _tie_break(best: Metrics, second: Metrics) -> str:
    if best.cost_per_hour != second.cost_per_hour:
        return "it costs less an hour"
    if best.model_latency_ms != second.model_latency_ms:
        return "it has the lower latency"
    return "they are equal in cost per hour and latency too, and ordered by name and size"
