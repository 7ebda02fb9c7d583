"""Constraints of a recommendation, and the choice among the results that meet them. Pure.

A metric without a value doesn't meet a constraint. The service returns 32-bit floats, such as 0.7360000014 for a price
of 0.736, so limits have a relative tolerance of a millionth.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.contract import ConstraintProperty as Name
from inference_recommendations_handler.protocol.contract import EndpointType, ObjectiveName
from inference_recommendations_handler.protocol.property_values import number

from .choosing import NoChoiceError, choose, rank, with_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .choosing import RecommendationResult
    from .job_results import ExistingEndpoint

_TOLERANCE: Final = 1e-6
_MAX_TABLE_BYTES: Final = 2400
"""CloudFormation accepts 4096 bytes in total, including ids, cause, and log stream."""
_MAX_ENVIRONMENT: Final = 80
"""Maximum characters for the names of variables, of which a job has up to ten (botocore, `EnvironmentParameters`)."""
_FAMILY: Final = re.compile(r"[a-z][a-z0-9-]*")

_MAXIMUMS: Final = {
    Name.MAX_COST_PER_HOUR: "CostPerHour",
    Name.MAX_COST_PER_INFERENCE: "CostPerInference",
    Name.MAX_MODEL_LATENCY: "ModelLatency",
    Name.MAX_CPU_UTILIZATION: "CpuUtilization",
    Name.MAX_MEMORY_UTILIZATION: "MemoryUtilization",
}
_MINIMUMS: Final = {Name.MIN_INVOCATIONS: "MaxInvocations"}
_GAINS: Final = {Name.MIN_INVOCATIONS_GAIN: "MaxInvocations", Name.MIN_MODEL_LATENCY_GAIN: "ModelLatency"}


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """Constraint that a result doesn't meet."""

    text: str
    """Measured value, and its distance from the limit."""
    share: float
    """Distance from the limit, as a share of the limit; infinite without a measured value."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Bound of a metric."""

    metric: str
    """Name in the API."""
    value: float
    """Above 0, in the unit of the metric; milliseconds for `ModelLatency`."""
    is_minimum: bool
    origin: str
    """Constraint and value for messages."""

    def shortfall(self, found: RecommendationResult) -> Shortfall | None:
        """Return how a result fails the limit, or None if it meets it."""
        measured = _metric(found, self.metric)
        if measured is None:
            return Shortfall(text=f"{self.metric} unavailable", share=math.inf)
        beyond = self.value - measured if self.is_minimum else measured - self.value
        if beyond <= self.value * _TOLERANCE:
            return None
        share = beyond / self.value
        direction = "below" if self.is_minimum else "above"
        found_text, by, limit = (
            with_unit(self.metric, value) for value in (measured, float(f"{beyond:.3g}"), self.value)
        )
        return Shortfall(text=f"{self.metric} {found_text} is {by} ({share:.1%}) {direction} {limit}", share=share)


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """Constraints of a recommendation."""

    limits: tuple[Limit, ...]
    allowed_families: tuple[str, ...] | None
    """Instance families such as `c5`; None for all."""
    excluded_families: tuple[str, ...]

    @classmethod
    def parse(cls, properties: object, *, existing_endpoints: Sequence[ExistingEndpoint]) -> Constraints:
        """Read the property `Constraints`.

        Args:
            properties: Structure of `ConstraintProperty`; numbers are strings.
            existing_endpoints: Measurements of the existing endpoint; empty if the job has none.

        Raises:
            NoChoiceError: A value is invalid, a constraint is unknown, or one compares with an existing endpoint that
                the job didn't measure.
        """
        if not isinstance(properties, dict):
            raise NoChoiceError(f"Constraints is {properties!r}: it must be a structure. Correct it.")
        unknown = sorted(properties.keys() - set(Name))
        if unknown:
            raise NoChoiceError(
                f"The constraint {unknown[0]} is unknown to this handler: deploy with the version of "
                "cdk-inference-recommender that synthesized the template."
            )
        allowed = _families(properties, Name.ALLOWED_INSTANCE_FAMILIES)
        return cls(
            limits=(
                *_absolute(properties, _MAXIMUMS, is_minimum=False),
                *_absolute(properties, _MINIMUMS, is_minimum=True),
                *_compared(properties, existing_endpoints),
            ),
            allowed_families=allowed,
            excluded_families=_families(properties, Name.EXCLUDED_INSTANCE_FAMILIES) or (),
        )

    def shortfalls(self, found: RecommendationResult) -> list[Shortfall]:
        """Return the constraints that a result doesn't meet."""
        return [
            *self._family_shortfalls(found),
            *(each for each in (limit.shortfall(found) for limit in self.limits) if each is not None),
        ]

    def describe(self) -> str:
        """Return all constraints for messages."""
        allowed = [] if self.allowed_families is None else [f"families {', '.join(self.allowed_families)} only"]
        excluded = [f"no family of {', '.join(self.excluded_families)}"] if self.excluded_families else []
        return ", ".join([*(limit.origin for limit in self.limits), *allowed, *excluded])

    def _family_shortfalls(self, found: RecommendationResult) -> Iterator[Shortfall]:
        if found.instance_type is None:
            return
        family = family_of(found.instance_type)
        if self.allowed_families is not None and family not in self.allowed_families:
            yield Shortfall(text=f"family {family} isn't allowed", share=math.inf)
        if family in self.excluded_families:
            yield Shortfall(text=f"family {family} is excluded", share=math.inf)


def family_of(instance_type: str) -> str:
    """Return the family of an instance type, such as `c5` for `ml.c5.xlarge`."""
    return instance_type.removeprefix("ml.").partition(".")[0]


def choose_within(
    candidates: Sequence[RecommendationResult],
    *,
    constraints: Constraints,
    endpoint_type: EndpointType,
    objective: ObjectiveName,
) -> RecommendationResult:
    """Return the best result by `choosing.rank` that meets all constraints.

    Raises:
        NoChoiceError: No result does. The message contains the measurements and their distance from the limits.
    """
    ranked = rank(candidates, endpoint_type=endpoint_type, objective=objective)
    for found in ranked:
        if not constraints.shortfalls(found):
            return found
    if not ranked:
        return choose(candidates, endpoint_type=endpoint_type, objective=objective)
    raise NoChoiceError(
        f"No {endpoint_type} recommendation meets the constraints ({constraints.describe()}). "
        f"Closest first: {_table(candidates, constraints, endpoint_type, objective)}. "
        "Loosen a constraint and deploy again: the job's results are kept, unless the stack's creation rolls back."
    )


def _table(
    candidates: Sequence[RecommendationResult],
    constraints: Constraints,
    endpoint_type: EndpointType,
    objective: ObjectiveName,
) -> str:
    of_kind = [found for found in candidates if found.endpoint_type is endpoint_type]
    labels = Counter(found.label for found in of_kind)
    rows: list[str] = []
    room = _MAX_TABLE_BYTES
    for found in sorted(of_kind, key=lambda found: _distance(found, constraints)):
        # An instance type can have several results, with different environments.
        label = found.label if labels[found.label] == 1 else f"{found.label} ({_variant(found)})"
        row = f"{label}: {_row(found, constraints, objective)}"
        room -= len(row.encode()) + len("; ")
        if room < 0:
            return "; ".join([*rows, f"and {len(of_kind) - len(rows)} more"])
        rows.append(row)
    return "; ".join(rows)


def _row(found: RecommendationResult, constraints: Constraints, objective: ObjectiveName) -> str:
    unmet = [shortfall.text for shortfall in constraints.shortfalls(found)]
    if found.metrics.of(objective) is None:
        unmet.append(f"{objective} unavailable, which is the objective")
    met = [
        f"{limit.metric} {with_unit(limit.metric, value)} fits"
        for limit in constraints.limits
        if limit.shortfall(found) is None and (value := _metric(found, limit.metric)) is not None
    ]
    return ", ".join([*unmet, *met])


def _variant(found: RecommendationResult) -> str:
    """Distinguish results with the same label, without the values of variables, which can be secrets."""
    names = ", ".join(sorted(found.environment))
    cut = names if len(names) <= _MAX_ENVIRONMENT else f"{names[:_MAX_ENVIRONMENT]}..."
    environment = f"environment {cut}" if cut else "no environment"
    return f"{found.recommendation_id}, {environment}" if found.recommendation_id else environment


def _distance(found: RecommendationResult, constraints: Constraints) -> tuple[int, float, str, str]:
    shortfalls = constraints.shortfalls(found)
    return len(shortfalls), sum(each.share for each in shortfalls), found.label, found.recommendation_id or ""


def _metric(found: RecommendationResult, metric: str) -> float | None:
    metrics = found.metrics
    return {
        "CostPerHour": metrics.cost_per_hour,
        "CostPerInference": metrics.cost_per_inference,
        "MaxInvocations": metrics.max_invocations,
        "ModelLatency": metrics.model_latency_ms,
        "CpuUtilization": metrics.cpu_utilization,
        "MemoryUtilization": metrics.memory_utilization,
    }[metric]


def _absolute(properties: Mapping[str, Any], metrics: Mapping[Name, str], *, is_minimum: bool) -> Iterator[Limit]:
    for name, metric in metrics.items():
        if name in properties:
            value = _positive(properties, name)
            yield Limit(metric=metric, value=value, is_minimum=is_minimum, origin=f"{name} {with_unit(metric, value)}")


def _compared(properties: Mapping[str, Any], existing_endpoints: Sequence[ExistingEndpoint]) -> Iterator[Limit]:
    baseline = (
        {"MaxInvocations": each.max_invocations, "ModelLatency": each.model_latency_ms}
        if (each := next(iter(existing_endpoints), None))
        else {}
    )
    for name, metric in _GAINS.items():
        if name not in properties:
            continue
        gain, reached = _positive(properties, name), baseline.get(metric)
        if reached is None:
            raise NoChoiceError(
                f"{name} compares with the existing endpoint, and the job has no {metric} of one: set the job's "
                "`existing_endpoint`, or omit the constraint."
            )
        is_minimum = name is Name.MIN_INVOCATIONS_GAIN
        yield Limit(
            metric=metric,
            value=reached * gain if is_minimum else reached / gain,
            is_minimum=is_minimum,
            origin=f"{name} {gain:g} over the existing endpoint's {metric} {with_unit(metric, reached)}",
        )


def _positive(properties: Mapping[str, Any], name: Name) -> float:
    value = number(properties[name])
    if value is None or value <= 0:
        raise NoChoiceError(f"The constraint {name} is {properties[name]!r}: it must be a number above 0. Correct it.")
    return value


def _families(properties: Mapping[str, Any], name: Name) -> tuple[str, ...] | None:
    if name not in properties:
        return None
    families = properties[name]
    if not isinstance(families, list) or not families or not all(_FAMILY.fullmatch(str(each)) for each in families):
        raise NoChoiceError(
            f"The constraint {name} is {families!r}: it must be a list of instance families such as c5. Correct it."
        )
    return tuple(sorted(map(str, families)))
