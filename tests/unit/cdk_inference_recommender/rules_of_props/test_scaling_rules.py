"""What is checked of scaling, by the function that checks it."""

from __future__ import annotations

import math

import pytest
from aws_cdk import Token

from cdk_inference_recommender.recommendation.scaling_rules import check_scaling

from .found_problems import Found, found

CPU = "TargetCpuUtilizationPerCore"
TARGET = "TargetInvocationsPerInstance"
FACTOR = "SafetyFactor"
MOST_REQUESTS = "MaxRequestsPerSecond"
CAPACITY = ("MinCapacity", "MaxCapacity")
INVOCATIONS = ("MinInvocations", "MaxInvocations")
RULES = {
    CPU: "ScalingTargetCpu",
    TARGET: "ScalingTarget",
    MOST_REQUESTS: "ScalingTarget",
    FACTOR: "ScalingSafetyFactor",
    **dict.fromkeys(CAPACITY, "ScalingCapacity"),
    **dict.fromkeys(INVOCATIONS, "ScalingInvocations"),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((CPU, value) for value in (0, 101, 50.5, True, math.inf, "50")),
        *((name, value) for name in (*CAPACITY, *INVOCATIONS) for value in (0, -1, 1.5, True, math.nan, "1")),
        *((name, value) for name in (TARGET, MOST_REQUESTS) for value in (0, -1, True, math.inf, "1")),
        *((FACTOR, value) for value in (0, 1.01, 2, True, "0.5")),
    ],
)
def test_what_is_out_of_range(name: str, value: object) -> None:
    (problem,) = found(check_scaling({name: value}))
    assert problem[:2] == (RULES[name], name)
    assert problem.value is value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((CPU, value) for value in (1, 50.0, 100)),
        *((name, value) for name in (*CAPACITY, *INVOCATIONS) for value in (1, 2.0, 1000)),
        *((name, value) for name in (TARGET, MOST_REQUESTS) for value in (0.01, 1, 5000)),
        *((FACTOR, value) for value in (0.01, 1)),
        *((name, None) for name in RULES),
    ],
)
def test_what_is_within_it(name: str, value: object) -> None:
    assert found(check_scaling({name: value})) == []


@pytest.mark.parametrize("name", RULES)
def test_what_is_known_at_deploy_time_only(name: str) -> None:
    assert found(check_scaling({name: Token.as_number({"Ref": "Number"})})) == []


@pytest.mark.parametrize(("least", "most"), [CAPACITY, INVOCATIONS])
def test_a_least_above_the_most(least: str, most: str) -> None:
    assert found(check_scaling({least: 2, most: 1})) == [Found("ScalingLeastAboveMost", least, 2, "the most is 1")]
    assert found(check_scaling({least: 2, most: 2})) == []
    assert found(check_scaling({least: 2, most: Token.as_number({"Ref": "Most"})})) == []
    # One cause has one message.
    assert found(check_scaling({least: 2, most: 0})) == [Found(RULES[most], most, 0)]
    assert found(check_scaling({least: "2", most: 1})) == [Found(RULES[least], least, "2")]


def test_bounds_that_no_policy_uses() -> None:
    assert found(check_scaling({"HasPolicy": False})) == [Found("ScalingPolicyMissing", "MaxCapacity")]
    assert found(check_scaling({"HasPolicy": True})) == []
    assert found(check_scaling({})) == []


def test_a_target_and_what_it_is_calculated_from() -> None:
    assert found(check_scaling({TARGET: 100, MOST_REQUESTS: 5, FACTOR: 0.5})) == [
        Found("ScalingTargetOrItsFactors", MOST_REQUESTS),
        Found("ScalingTargetOrItsFactors", FACTOR),
    ]
    assert found(check_scaling({MOST_REQUESTS: 5, FACTOR: 0.5})) == []
    assert found(check_scaling({TARGET: 100})) == []
