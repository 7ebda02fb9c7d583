"""What is checked of a recommendation's constraints, by the function that checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdk_inference_recommender.recommendation.constraint_rules import check_constraints
from cdk_inference_recommender.request import UNRESOLVED
from inference_recommendations_handler.protocol.contract import ConstraintProperty, EndpointType

from .found_problems import Found, found

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOWED = ConstraintProperty.ALLOWED_INSTANCE_FAMILIES
EXCLUDED = ConstraintProperty.EXCLUDED_INSTANCE_FAMILIES
MEMORY = ConstraintProperty.MAX_MEMORY_UTILIZATION
GAINS = (ConstraintProperty.MIN_INVOCATIONS_GAIN, ConstraintProperty.MIN_MODEL_LATENCY_GAIN)
NUMBERS = [name for name in ConstraintProperty if name not in {ALLOWED, EXCLUDED}]
ENDPOINTS = [{"EndpointName": "live"}]
REAL_TIME, SERVERLESS = EndpointType.REAL_TIME, EndpointType.SERVERLESS


def checked(
    constraints: Mapping[ConstraintProperty, object],
    *,
    endpoint_type: EndpointType = REAL_TIME,
    input_config: object = UNRESOLVED,
) -> list[Found]:
    return found(check_constraints(constraints, endpoint_type=endpoint_type, input_config=input_config))


def measured(*configurations: Mapping[str, object]) -> Mapping[str, object]:
    return {"EndpointConfigurations": list(configurations)}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [0, -1, -0.5, True, "5"])
def test_a_limit_that_is_no_number_above_0(name: ConstraintProperty, value: object) -> None:
    assert checked({name: value}) == [Found("ConstraintRange", f"Constraints.{name}", value)]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [0.001, 1, 100, UNRESOLVED])
def test_a_limit_that_is_one(name: ConstraintProperty, value: object) -> None:
    assert checked({name: value}) == []


def test_every_limit_is_looked_at() -> None:
    assert checked({NUMBERS[0]: UNRESOLVED, NUMBERS[-1]: 0}) == [
        Found("ConstraintRange", f"Constraints.{NUMBERS[-1]}", 0)
    ]


def test_more_than_all_memory() -> None:
    assert checked({MEMORY: 100.5}) == [Found("ConstraintMemoryPercent", f"Constraints.{MEMORY}", 100.5)]


@pytest.mark.parametrize("name", [ALLOWED, EXCLUDED])
@pytest.mark.parametrize("family", ["ml.c5", "C5", "5c", "", 5])
def test_what_is_no_instance_family(name: ConstraintProperty, family: object) -> None:
    assert checked({name: ["m5", UNRESOLVED, family]}) == [
        Found("InstanceFamilyName", f"Constraints.{name}[2]", family)
    ]


def test_a_family_that_is_allowed_and_excluded() -> None:
    assert checked({ALLOWED: ["c5", "m5"], EXCLUDED: ["g5", "c5"]}) == [
        Found("InstanceFamilyAllowedOrExcluded", f"Constraints.{EXCLUDED}[1]", "c5")
    ]
    assert checked({ALLOWED: ["c5", "p6-b200"], EXCLUDED: ["g5"]}) == []


def test_families_of_a_serverless_endpoint() -> None:
    families = {ALLOWED: ["c5"], EXCLUDED: ["m5"]}
    assert checked(families, endpoint_type=SERVERLESS) == [
        Found("InstanceFamiliesOfServerless", f"Constraints.{ALLOWED}"),
        Found("InstanceFamiliesOfServerless", f"Constraints.{EXCLUDED}"),
    ]
    assert checked({}, endpoint_type=SERVERLESS) == []


@pytest.mark.parametrize("name", GAINS)
def test_a_gain_over_an_endpoint_that_isn_t_measured(name: ConstraintProperty) -> None:
    assert checked({name: 5}, input_config={}) == [Found("BaselineRequired", f"Constraints.{name}")]
    assert checked({name: 5}, input_config={"Endpoints": ENDPOINTS}) == []
    assert checked({name: 5}) == []


@pytest.mark.parametrize(
    ("kind", "only"),
    [
        (REAL_TIME, {"ServerlessConfig": {"MemorySizeInMB": 2048}}),
        (SERVERLESS, {"InstanceType": "ml.c5.xlarge"}),
    ],
)
def test_a_kind_of_endpoint_that_isn_t_measured(kind: EndpointType, only: Mapping[str, object]) -> None:
    other = {"InstanceType": UNRESOLVED, "ServerlessConfig": UNRESOLVED}
    assert checked({}, endpoint_type=kind, input_config=measured(only, only)) == [
        Found("EndpointKindMeasured", "EndpointType", kind.value)
    ]
    assert checked({}, endpoint_type=kind, input_config=measured(only, other)) == []
    assert checked({}, endpoint_type=kind, input_config=measured()) == []


C5, M5 = {"InstanceType": "ml.c5.xlarge"}, {"InstanceType": "ml.m5.large"}


@pytest.mark.parametrize(
    ("families", "names", "said"),
    [
        ({ALLOWED: ["g5"]}, [ALLOWED], "c5, m5"),
        ({EXCLUDED: ["m5", "c5", "g5"]}, [EXCLUDED], "c5, m5"),
        ({ALLOWED: ["g5"], EXCLUDED: ["c5", "m5"]}, [ALLOWED, EXCLUDED], "c5, m5"),
    ],
)
def test_no_family_of_those_that_are_measured_is_left(
    families: Mapping[ConstraintProperty, object], names: list[ConstraintProperty], said: str
) -> None:
    assert checked(families, input_config=measured(C5, M5, C5)) == [
        Found("InstanceFamilyMeasured", f"Constraints.{name}", detail=f"it measures {said}") for name in names
    ]


@pytest.mark.parametrize(
    "families",
    [
        {},
        {ALLOWED: []},
        {ALLOWED: ["g5", "m5"]},
        {ALLOWED: ["g5", UNRESOLVED]},
        {EXCLUDED: ["c5", "g5"]},
        {EXCLUDED: ["c5", "m5", UNRESOLVED]},
    ],
)
def test_a_family_of_those_that_are_measured_is_left_or_may_be(families: Mapping[ConstraintProperty, object]) -> None:
    assert checked(families, input_config=measured(C5, M5)) == []


def test_it_isn_t_known_which_families_are_measured() -> None:
    families = {ALLOWED: ["g5"], EXCLUDED: ["c5"]}
    assert checked(families) == []
    assert checked(families, input_config=measured(C5, {"InstanceType": UNRESOLVED})) == []
