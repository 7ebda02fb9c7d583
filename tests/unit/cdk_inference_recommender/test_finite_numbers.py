"""NaN and infinity are reported with their names; in the CDK's kernel they would end the whole program."""

from __future__ import annotations

import math
from typing import Any

import pytest
from aws_cdk import Duration, Size

from cdk_inference_recommender import (
    EndpointInputConfiguration,
    ModelSource,
    Phase,
    RecommendedEndpoint,
    StoppingConditions,
    TrafficPattern,
    ValidationError,
)

from .synthesis import PACKAGE_ARN, images, job_with_given_role, load_test, new_stack, template_of

NUMBERS = [math.nan, math.inf, -math.inf]


def message_of(*fields: str) -> str:
    return (
        rf"^Stack/{', '.join(rf'{field} = -?(nan|inf)' for field in fields)}: a template can't contain NaN or infinity"
    )


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("props", "fields"),
    [
        (
            lambda number: {
                "traffic_pattern": TrafficPattern.phases(
                    Phase(initial_number_of_users=number, spawn_rate=number, duration=Duration.minutes(2))
                )
            },
            (r"traffic_pattern\.phases\[0\]\.initial_number_of_users", r"traffic_pattern\.phases\[0\]\.spawn_rate"),
        ),
        (
            lambda number: {
                "endpoint_configurations": [
                    EndpointInputConfiguration.serverless(memory_size=Size.gibibytes(2), max_concurrency=number)
                ]
            },
            (r"endpoint_configurations\[0\]\.max_concurrency",),
        ),
        (
            lambda number: {"max_number_of_tests": number},
            (r"max_number_of_tests",),
        ),
        (
            lambda number: {"stopping_conditions": StoppingConditions(max_invocations=number)},
            (r"stopping_conditions\.max_invocations",),
        ),
    ],
    ids=["phases", "endpoint configuration", "limit", "stopping conditions"],
)
def test_a_job_s_numbers_are_finite(number: float, props: Any, fields: tuple[str, ...]) -> None:
    stack = new_stack()
    first, *others = fields
    with pytest.raises(ValidationError, match=message_of(rf"Job: {first}", *others)):
        load_test(stack, **props(number))
    template_of(stack, check=False)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "name",
    [
        "max_capacity",
        "min_capacity",
        "max_requests_per_second",
        "target_invocations_per_instance",
        "safety_factor",
    ],
)
def test_an_endpoint_s_bounds_are_finite(name: str, number: float) -> None:
    stack = new_stack()
    best = job_with_given_role(stack).recommend_real_time("Best")
    endpoint = RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        model=ModelSource.from_model_package(PACKAGE_ARN),
        image_repositories=[images(stack)],
    )
    if name.endswith("_capacity"):
        with pytest.raises(ValidationError, match=message_of(f"Endpoint/Scaling: {name}")):
            endpoint.auto_scale_instance_count(**({"max_capacity": 2} | {name: number}))
    else:
        count = endpoint.auto_scale_instance_count(max_capacity=2)
        with pytest.raises(ValidationError, match=message_of(f"Endpoint/Scaling/Load: {name}")):
            count.scale_on_invocations("Load", **{name: number})  # type: ignore[arg-type]


@pytest.mark.parametrize("number", NUMBERS)
def test_what_scaling_is_recommended_for_is_finite(number: float) -> None:
    best = job_with_given_role(new_stack()).recommend_real_time("Best")
    with pytest.raises(ValidationError, match=r"max_invocations = -?(nan|inf): a template can't contain"):
        best.recommend_scaling("Scaling", max_invocations=number)
