"""The results of a job, ranked by the rules of the deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_recommendations_handler.protocol.contract import EndpointType, ObjectiveName
from inference_recommendations_handler.recommendation.choosing import rank

from .decision import Decision, unmet_constraints
from .failed_steps import differing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inference_recommendations_handler.recommendation.choosing import RecommendationResult
    from inference_recommendations_handler.recommendation.constraints import Constraints

Point = tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One row of the report."""

    rank: int | None
    """From 1 among the results of its kind of endpoint; None if a constraint rejects it or the figure is missing."""
    candidate: RecommendationResult
    variation: Mapping[str, str]
    """Environment and specification values that differ between the results of its kind of endpoint."""
    on_front: bool
    """Whether no other result of its kind of endpoint is both cheaper and faster."""
    unmet: Sequence[str]
    """The constraints that it doesn't meet, with what was measured; empty if it meets all."""

    @property
    def place(self) -> str:
        """Its rank as one number for the whole job: `1`, `2` on instances, `s1`, `s2` serverless; empty without."""
        kind = "s" if self.candidate.endpoint_type is EndpointType.SERVERLESS else ""
        return "" if self.rank is None else f"{kind}{self.rank}"

    @property
    def label(self) -> str:
        """Return the instance type, and the values that distinguish it from other results on that type."""
        return _label(self.candidate, self.variation)


@dataclass(frozen=True, kw_only=True)
class Section:
    """The results of one kind of endpoint: the best first, then the rejected ones, then those without a rank."""

    endpoint_type: EndpointType
    results: Sequence[Result]
    decision: Decision

    @property
    def why(self) -> str:
        """Return why the first result was chosen, or why none was."""
        return self.decision.why

    @property
    def winner(self) -> Result | None:
        """Return the first result, if it is ranked."""
        return self.results[0] if self.results and self.results[0].rank == 1 else None

    @property
    def rejected(self) -> list[Result]:
        """Return the results that don't meet the constraints."""
        return [result for result in self.results if result.unmet]


def ranked_sections(
    candidates: Sequence[RecommendationResult],
    *,
    objective: ObjectiveName,
    constraints: Constraints | None,
    traffic: float | None,
) -> list[Section]:
    """Return a section for each kind of endpoint that has results.

    Args:
        candidates: The job's results.
        objective: The objective that ranks them.
        constraints: None without any.
        traffic: Expected requests a minute.
    """
    sections = []
    for endpoint_type in EndpointType:
        ranked = rank(candidates, endpoint_type=endpoint_type, objective=objective)
        fitting = [each for each in ranked if not unmet_constraints(each, constraints)]
        rejected = [each for each in ranked if unmet_constraints(each, constraints)]
        unranked = sorted(
            (each for each in candidates if each.endpoint_type is endpoint_type and each.metrics.of(objective) is None),
            key=lambda each: (each.label, each.recommendation_id or ""),
        )
        ordered = [*fitting, *rejected, *unranked]
        if not ordered:
            continue
        varying = differing([_variation(each) for each in ordered])
        front = set(pareto_front([(cost(each, objective), each.metrics.model_latency_ms) for each in ordered]))
        results = [
            Result(
                rank=place + 1 if place < len(fitting) else None,
                candidate=each,
                variation={name: value for name, value in _variation(each).items() if name in varying},
                on_front=place in front,
                unmet=unmet_constraints(each, constraints),
            )
            for place, each in enumerate(ordered)
        ]
        labels = {id(result.candidate): result.label for result in results}
        decision = Decision.of(
            [(labels[id(each)], each) for each in ranked],
            objective=objective,
            constraints=constraints,
            traffic=traffic,
        )
        sections.append(Section(endpoint_type=endpoint_type, results=results, decision=decision))
    return sections


def cost(found: RecommendationResult, objective: ObjectiveName) -> float | None:
    """Return the cost in USD that is compared with latency: an hour's if that is the objective, else an inference's.

    Args:
        found: A result.
        objective: The objective that ranks the results.
    """
    metrics = found.metrics
    return metrics.cost_per_hour if objective is ObjectiveName.COST_PER_HOUR else metrics.cost_per_inference


def _label(found: RecommendationResult, variation: Mapping[str, str]) -> str:
    return " ".join([found.label, *(f"{name}={value}" for name, value in variation.items())])


def _variation(found: RecommendationResult) -> dict[str, str]:
    specification = found.inference_specification_name
    return {**({"specification": specification} if specification else {}), **found.environment}


def pareto_front(points: Sequence[Point]) -> list[int]:
    """Places of the points that no other point beats, where less is better, by ascending first figure.

    A point beats another where it is no worse in both figures and better in one; equal points are all in the front.
    A point without one of the figures is never in it.
    """
    known = [(x, y, place) for place, (x, y) in enumerate(points) if x is not None and y is not None]
    front = [
        (x, y, place) for x, y, place in known if not any(a <= x and b <= y and (a < x or b < y) for a, b, _ in known)
    ]
    return [place for _, _, place in sorted(front)]
