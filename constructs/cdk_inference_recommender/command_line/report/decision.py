"""The decision among the results of one kind of endpoint, in words: the winner, what limits it, and the runner-up."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from .figure_text import FIGURES, NO_VALUE, compared, percent, whole
from .traffic_cost import carries, dollars_per_month, instances_needed, traffic_figures
from .why_it_won import OBJECTIVES, why_it_won

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inference_recommendations_handler.protocol.contract import ObjectiveName
    from inference_recommendations_handler.recommendation.choosing import RecommendationResult
    from inference_recommendations_handler.recommendation.constraints import Constraints, Limit

    from .figure_text import Figure

Named = tuple[str, "RecommendationResult"]
"""A result with its name in the report."""

_FIGURE_OF: Final = {figure.metric: figure for figure in FIGURES}
_PARTS: Final = 2


@dataclass(frozen=True, kw_only=True)
class ConstraintMargin:
    """One constraint, and the winner's distance to it."""

    constraint: str
    """The limit in words."""
    measured: str
    """The winner's value; `-` without a winner."""
    distance: str
    """Of the winner's value to the limit."""
    would_win: str | None
    """The result that would win without this constraint alone; None where the winner stays the same."""

    def __str__(self) -> str:
        distance = "" if self.measured == NO_VALUE else f": the winner has {self.measured}, {self.distance}"
        without = f". Without this constraint alone {self.would_win} would win" if self.would_win else ""
        return f"{self.constraint}{distance}{without}."


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided among the results of one kind of endpoint."""

    why: str
    """Why the winner won, or why there is none."""
    margins: Sequence[ConstraintMargin]
    runner_up: str | None
    """The next result, and what it would cost instead; None without one."""
    at_traffic: str | None
    """What the winner costs at the expected traffic, and which result costs least; None without traffic."""

    @classmethod
    def of(
        cls,
        ranked: Sequence[Named],
        *,
        objective: ObjectiveName,
        constraints: Constraints | None,
        traffic: float | None,
    ) -> Decision:
        """Return the decision.

        Args:
            ranked: Results that have the objective's figure, by `choosing.rank`.
            objective: The objective.
            constraints: None without any.
            traffic: Expected requests a minute.
        """
        fitting = _fitting(ranked, constraints)
        return cls(
            why=_why(ranked, fitting, objective, constraints),
            margins=list(_margins(ranked, fitting, constraints)) if constraints else [],
            runner_up=_runner_up(fitting, traffic),
            at_traffic=_at_traffic(fitting, traffic),
        )


def unmet_constraints(found: RecommendationResult, constraints: Constraints | None) -> list[str]:
    """Return the constraints that a result doesn't meet, each with what was measured."""
    if constraints is None:
        return []
    families = [each.text for each in replace(constraints, limits=()).shortfalls(found)]
    return [*families, *(_shortfall(limit, found) for limit in constraints.limits if limit.shortfall(found))]


def limit_of(constraints: Constraints | None, figure: Figure) -> Limit | None:
    """Return the strictest limit of a figure, in the metric's unit; None without one."""
    limits = [limit for limit in (constraints.limits if constraints else ()) if limit.metric == figure.metric]
    return min(limits, key=lambda limit: -limit.value if limit.is_minimum else limit.value, default=None)


def _why(
    ranked: Sequence[Named], fitting: Sequence[Named], objective: ObjectiveName, constraints: Constraints | None
) -> str:
    if not fitting:
        if constraints is None or not ranked:
            measure = OBJECTIVES[objective]
            return f"No result can be ranked, since none has a {measure}: a deployment that optimizes for it fails."
        return f"No result meets the constraints ({constraints.describe()}): a deployment that has them fails."
    why = why_it_won(fitting, objective, constrained=constraints is not None)
    would_win, _ = ranked[0]
    return why if ranked[0] is fitting[0] else f"{why} Without the constraints {would_win} would win."


def _fitting(ranked: Sequence[Named], constraints: Constraints | None) -> list[Named]:
    return [each for each in ranked if constraints is None or not constraints.shortfalls(each[1])]


def _margins(ranked: Sequence[Named], fitting: Sequence[Named], constraints: Constraints) -> Iterator[ConstraintMargin]:
    winner = fitting[0] if fitting else None

    def would_win(rest: Constraints) -> str | None:
        first = next(iter(_fitting(ranked, rest)), None)
        return None if first is None or first is winner else first[0]

    for limit in constraints.limits:
        figure = _FIGURE_OF[limit.metric]
        value = None if winner is None else figure.value(winner[1])
        yield ConstraintMargin(
            constraint=limit_text(limit),
            measured=figure.phrase(value),
            distance=NO_VALUE if value is None else distance(value, limit.value * figure.scale),
            would_win=would_win(
                replace(constraints, limits=tuple(each for each in constraints.limits if each is not limit))
            ),
        )
    for families, rest, form in (
        (constraints.allowed_families, replace(constraints, allowed_families=None), "Families {} only"),
        (constraints.excluded_families, replace(constraints, excluded_families=()), "No family of {}"),
    ):
        if families:
            yield ConstraintMargin(
                constraint=form.format(", ".join(families)),
                measured=NO_VALUE,
                distance=NO_VALUE,
                would_win=would_win(rest),
            )


def limit_text(limit: Limit) -> str:
    """Return a limit in words: `Model latency at most 80 ms`."""
    figure = _FIGURE_OF[limit.metric]
    bound = "At least" if limit.is_minimum else "At most"
    compared_with = limit.origin.partition(" over the ")
    over = f" ({compared_with[0]})" if compared_with[1] else ""
    return f"{bound} {figure.phrase(limit.value * figure.scale)}{over}"


def distance(value: float, limit: float) -> str:
    """Return the distance of a value to a limit: `20 % below the limit`, `3.4 times the limit`."""
    share = value / limit
    if math.isclose(share, 1, rel_tol=1e-6):
        return "at the limit"
    if share > _PARTS:
        return f"{compared(value, limit)} the limit"
    return f"{percent(abs(share - 1))} {'below' if share < 1 else 'above'} the limit"


def _shortfall(limit: Limit, found: RecommendationResult) -> str:
    figure = _FIGURE_OF[limit.metric]
    value = figure.value(found)
    if value is None:
        return f"{figure.title} unavailable"
    bound = limit.value * figure.scale
    return f"{figure.phrase(value)} is {distance(value, bound)} of {figure.form(bound)}"


def _runner_up(fitting: Sequence[Named], traffic: float | None) -> str | None:
    if len(fitting) < _PARTS:
        return None
    (_, best), (name, second) = fitting[:_PARTS]
    parts = [
        figure.phrase(value) + (f" ({_difference(value, first)})" if first else "")
        for figure in (*traffic_figures(traffic), *FIGURES[:4])
        if (value := figure.value(second)) is not None
        for first in [figure.value(best)]
    ]
    return f"Instead, the runner-up {name} would have {', '.join(parts)}."


def _difference(value: float, other: float) -> str:
    return compared(value, other).removesuffix(" than").removesuffix(" as").replace(" times", " times as much")


def _at_traffic(fitting: Sequence[Named], traffic: float | None) -> str | None:
    if traffic is None or not fitting:
        return None
    name, best = fitting[0]
    monthly, _ = traffic_figures(traffic)
    amount = dollars_per_month(best, traffic)
    rate = f"At {whole(traffic)} requests a minute"
    if amount is None:
        reason = (
            "its costs weren't measured"
            if carries(best, traffic)
            else f"one carries {_FIGURE_OF['MaxInvocations'].phrase(best.metrics.max_invocations)}"
        )
        sentence = f"{rate}, the cost of {name} is unknown: {reason}."
    else:
        count = instances_needed(best, traffic)
        needs = (
            "costs"
            if count is None
            else f"needs {whole(count)} instance{'' if count == 1 else 's'}, without a reserve, and costs"
        )
        sentence = f"{rate} {name} {needs} {monthly.phrase(amount)}."
    costs = [(cost, each) for each, found in fitting if (cost := dollars_per_month(found, traffic)) is not None]
    if costs:
        least, cheapest = min(costs, key=lambda each: each[0])
        if cheapest != name and (amount is None or least < amount):
            sentence += f" {cheapest} would cost the least: {monthly.phrase(least)}."
    return sentence
