"""Rules of how an endpoint is scaled, by the arguments' names in the API's spelling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeGuard

from cdk_inference_recommender.request import (
    UNRESOLVED,
    Problem,
    RequestDocument,
    Rule,
    Violation,
    check_rules,
)
from cdk_inference_recommender.request.request_document import ABSENT
from cdk_inference_recommender.validation.tokens import mask_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MODEL: Final = "botocore's service model, GetScalingConfigurationRecommendation"
_CONSOLE: Final = "SageMaker developer guide, configure model auto scaling with the console"
_AUTOSCALING: Final = "Application Auto Scaling API reference"
_DESIGN: Final = "this library"
_INVOCATIONS: Final = ("MinInvocations", "MaxInvocations")
_CAPACITY: Final = ("MinCapacity", "MaxCapacity")
_CPU: Final = "TargetCpuUtilizationPerCore"
_TARGET: Final = "TargetInvocationsPerInstance"
_FACTOR: Final = "SafetyFactor"
_MOST_REQUESTS: Final = "MaxRequestsPerSecond"
_HAS_POLICY: Final = "HasPolicy"
_PERCENT: Final = 100


def check_scaling(arguments: Mapping[str, object]) -> Iterator[Problem]:
    """Check the arguments of `recommend_scaling`, `auto_scale_instance_count` or `scale_on_invocations`.

    Args:
        arguments: Those that were given, without cooldowns; may hold tokens, which are skipped one by one. `HasPolicy`
            is whether the bounds have a policy.

    Returns:
        Every problem.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    document = RequestDocument(mask_tokens(given))  # type: ignore[arg-type] # a mapping stays one
    return check_rules(SCALING_RULES, document)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: object) -> TypeGuard[float]:
    return _is_number(value) and value == int(value) and value >= 1


def _unless(is_good: Callable[[object], bool], *names: str) -> Callable[[RequestDocument], Iterator[Violation]]:
    def violations(document: RequestDocument) -> Iterator[Violation]:
        for name in names:
            value = document.at(name)
            if value is not ABSENT and value is not UNRESOLVED and not is_good(value):
                yield Violation(path=(name,), value=value)

    return violations


def _least_above_most(document: RequestDocument) -> Iterator[Violation]:
    for least, most in (_INVOCATIONS, _CAPACITY):
        low, high = document.at(least), document.at(most)
        # Another rule reports what is no such number.
        if isinstance(low, int | float) and isinstance(high, int | float) and 1 <= high < low:
            yield Violation(path=(least,), value=low, detail=f"the most is {high}")


def _target_and_factor(document: RequestDocument) -> Iterator[Violation]:
    if not document.is_absent(_TARGET):
        yield from (Violation(path=(name,)) for name in (_MOST_REQUESTS, _FACTOR) if not document.is_absent(name))


def _no_policy(document: RequestDocument) -> Iterator[Violation]:
    if document.at(_HAS_POLICY) is False:
        yield Violation(path=(_CAPACITY[1],))


SCALING_RULES: Final = (
    Rule(
        id="ScalingTargetCpu",
        fields=(_CPU,),
        text="must be a whole percentage from 1 to 100",
        remedy="Give such a percentage, or leave it out for the service's 50",
        source=_MODEL,
        violations=_unless(lambda value: _is_whole(value) and value <= _PERCENT, _CPU),
    ),
    Rule(
        id="ScalingInvocations",
        fields=_INVOCATIONS,
        text="must be a whole number of requests a minute, 1 or more",
        remedy="Give such a number, or leave it out",
        source=_MODEL,
        violations=_unless(_is_whole, *_INVOCATIONS),
    ),
    Rule(
        id="ScalingCapacity",
        fields=_CAPACITY,
        text="must be a whole number of instances, 1 or more",
        remedy="Give such a number",
        source=_CONSOLE,
        violations=_unless(_is_whole, *_CAPACITY),
    ),
    Rule(
        id="ScalingLeastAboveMost",
        fields=(*_INVOCATIONS, *_CAPACITY),
        text="the least may not be above the most",
        remedy="Lower the one or raise the other",
        source=f"{_AUTOSCALING}, RegisterScalableTarget",
        violations=_least_above_most,
    ),
    Rule(
        id="ScalingPolicyMissing",
        fields=(_CAPACITY[1],),
        text="bounds a number of instances that no scaling policy changes",
        remedy=(
            "Call scale_on_invocations(...) or scale_as_recommended(...) of what auto_scale_instance_count(...) "
            "returned, or leave autoscaling out"
        ),
        source=_DESIGN,
        violations=_no_policy,
    ),
    Rule(
        id="ScalingTarget",
        fields=(_TARGET, _MOST_REQUESTS),
        text="must be a number above 0",
        remedy="Give such a number, or leave it out for what was measured",
        source=f"{_AUTOSCALING}, TargetTrackingScalingPolicyConfiguration",
        violations=_unless(lambda value: _is_number(value) and value > 0, _TARGET, _MOST_REQUESTS),
    ),
    Rule(
        id="ScalingSafetyFactor",
        fields=(_FACTOR,),
        text="must be above 0 and at most 1",
        remedy="Give such a share, or leave it out for 0.5",
        source=_DESIGN,
        violations=_unless(lambda value: _is_number(value) and 0 < value <= 1, _FACTOR),
    ),
    Rule(
        id="ScalingTargetOrItsFactors",
        fields=(_MOST_REQUESTS, _FACTOR),
        text="is what the target is calculated from, and the target is given as well",
        remedy="Leave out target_invocations_per_instance, or leave out max_requests_per_second and safety_factor",
        source=_DESIGN,
        violations=_target_and_factor,
    ),
)
