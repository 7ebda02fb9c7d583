"""Rules of a recommendation's constraints, read from the property that the handler gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import (
    UNRESOLVED,
    Problem,
    RequestDocument,
    Rule,
    Violation,
    check_rules,
)
from cdk_inference_recommender.request.request_document import ABSENT
from inference_recommendations_handler.protocol.contract import ConstraintProperty, EndpointType
from inference_recommendations_handler.recommendation.constraints import family_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAMILY: Final = re.compile(r"[a-z][a-z0-9-]*")
_FAMILIES: Final = (ConstraintProperty.ALLOWED_INSTANCE_FAMILIES, ConstraintProperty.EXCLUDED_INSTANCE_FAMILIES)
_GAINS: Final = (ConstraintProperty.MIN_INVOCATIONS_GAIN, ConstraintProperty.MIN_MODEL_LATENCY_GAIN)
_NUMBERS: Final = tuple(name for name in ConstraintProperty if name not in _FAMILIES)
_METRICS: Final = "API reference, RecommendationMetrics"
_DESIGN: Final = "this library"
_PERCENT: Final = 100


def check_constraints(constraints: object, *, endpoint_type: EndpointType, input_config: object) -> Iterator[Problem]:
    """Check the constraints of a recommendation.

    Args:
        constraints: By `ConstraintProperty`, with `UNRESOLVED` in place of each token; those are skipped one by
            one.
        endpoint_type: Which kind of endpoint is recommended.
        input_config: What the job measures, as in the API; UNRESOLVED where nothing is known of the job.

    Returns:
        Every problem.
    """
    document = RequestDocument(
        {
            "Constraints": constraints,
            "EndpointType": endpoint_type.value,
            "InputConfig": input_config,
        }
    )
    return check_rules(CONSTRAINT_RULES, document)


def _field(name: ConstraintProperty) -> str:
    return f"Constraints.{name}"


def _given(document: RequestDocument, *names: ConstraintProperty) -> Iterator[Violation]:
    for name in names:
        if document.at(_field(name)) is not ABSENT:
            yield Violation(path=("Constraints", name.value))


def _out_of_range(document: RequestDocument) -> Iterator[Violation]:
    for name in _NUMBERS:
        value = document.at(_field(name))
        if value is ABSENT or value is UNRESOLVED:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            yield Violation(path=("Constraints", name.value), value=value)


def _beyond_all_memory(document: RequestDocument) -> Iterator[Violation]:
    name = ConstraintProperty.MAX_MEMORY_UTILIZATION
    value = document.at(_field(name))
    if isinstance(value, int | float) and value > _PERCENT:
        yield Violation(path=("Constraints", name.value), value=value)


def _no_family(document: RequestDocument) -> Iterator[Violation]:
    for name in _FAMILIES:
        for path, family in document.each(f"{_field(name)}[]"):
            if family is not UNRESOLVED and not (isinstance(family, str) and _FAMILY.fullmatch(family)):
                yield Violation(path=path, value=family)


def _allowed_and_excluded(document: RequestDocument) -> Iterator[Violation]:
    allowed, excluded = (dict(document.strings(f"{_field(name)}[]")) for name in _FAMILIES)
    for path, family in excluded.items():
        if family in allowed.values():
            yield Violation(path=path, value=family)


def _families_of_serverless(document: RequestDocument) -> Iterator[Violation]:
    if document.at("EndpointType") == EndpointType.SERVERLESS:
        yield from _given(document, *_FAMILIES)


def _nothing_to_compare_with(document: RequestDocument) -> Iterator[Violation]:
    if document.is_absent("InputConfig.Endpoints"):
        yield from _given(document, *_GAINS)


def _none_of_the_kind(document: RequestDocument) -> Iterator[Violation]:
    kind = document.at("EndpointType")
    absent = "ServerlessConfig" if kind == EndpointType.SERVERLESS else "InstanceType"
    measured = list(document.each(f"InputConfig.EndpointConfigurations[].{absent}"))
    if measured and all(value is ABSENT for _, value in measured):
        yield Violation(path=("EndpointType",), value=kind)


def _no_family_left(document: RequestDocument) -> Iterator[Violation]:
    measured = [
        value for _, value in document.each("InputConfig.EndpointConfigurations[].InstanceType") if value is not ABSENT
    ]
    families = {family_of(str(value)) for value in measured}
    if not families or UNRESOLVED in measured:
        return
    allowed, excluded = ([family for _, family in document.each(f"{_field(name)}[]")] for name in _FAMILIES)
    left = {
        ConstraintProperty.ALLOWED_INSTANCE_FAMILIES: not allowed or UNRESOLVED in allowed or families & set(allowed),
        ConstraintProperty.EXCLUDED_INSTANCE_FAMILIES: UNRESOLVED in excluded or families - set(excluded),
    }
    for name, remains in left.items():
        if not remains:
            yield Violation(path=("Constraints", name.value), detail=f"it measures {', '.join(sorted(families))}")


CONSTRAINT_RULES: Final = (
    Rule(
        id="ConstraintRange",
        fields=tuple(map(_field, _NUMBERS)),
        text="must be a number above 0",
        remedy="Give such a number, or leave the constraint out",
        source=_METRICS,
        violations=_out_of_range,
    ),
    Rule(
        id="ConstraintMemoryPercent",
        fields=(_field(ConstraintProperty.MAX_MEMORY_UTILIZATION),),
        text="is in percent, at most 100",
        remedy="Give a percentage, or leave the constraint out",
        source=_METRICS,
        violations=_beyond_all_memory,
    ),
    Rule(
        id="InstanceFamilyName",
        fields=tuple(f"{_field(name)}[]" for name in _FAMILIES),
        text="isn't an instance family",
        remedy="Write what stands between the dots of the instance type: c5 for ml.c5.xlarge",
        source=_DESIGN,
        violations=_no_family,
    ),
    Rule(
        id="InstanceFamilyAllowedOrExcluded",
        fields=tuple(f"{_field(name)}[]" for name in _FAMILIES),
        text="is allowed and excluded",
        remedy="Remove it from one of the two lists",
        source=_DESIGN,
        violations=_allowed_and_excluded,
    ),
    Rule(
        id="InstanceFamiliesOfServerless",
        fields=tuple(map(_field, _FAMILIES)),
        text="a serverless endpoint has no instance family",
        remedy="Leave it out, or use recommend_real_time",
        source="API reference, ProductionVariantServerlessConfig",
        violations=_families_of_serverless,
    ),
    Rule(
        id="BaselineRequired",
        fields=tuple(map(_field, _GAINS)),
        text="compares with an existing endpoint, and the job measures none",
        remedy="Give the job an existing_endpoint, or leave the constraint out",
        source="API reference, DescribeInferenceRecommendationsJob, EndpointPerformances",
        violations=_nothing_to_compare_with,
    ),
    Rule(
        id="EndpointKindMeasured",
        fields=("EndpointType",),
        text="none of the job's endpoint configurations is of this kind, and the deployment would fail after the job",
        remedy="Recommend the other kind, or give the job such a configuration",
        source=_DESIGN,
        violations=_none_of_the_kind,
    ),
    Rule(
        id="InstanceFamilyMeasured",
        fields=tuple(map(_field, _FAMILIES)),
        text="leaves nothing of what the job measures, and the deployment would fail after the job",
        remedy="Let one of these families remain, or measure another one",
        source=_DESIGN,
        violations=_no_family_left,
    ),
)
