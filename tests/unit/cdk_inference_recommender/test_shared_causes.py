"""One cause is one message, whichever constructs it shows at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Stack, Stage, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam

from cdk_inference_recommender import ContainerConfig, JobType, ModelSource, PayloadConfig, RecommendedEndpoint

from .synthesis import (
    PACKAGE_ARN,
    default_job,
    errors_of,
    given_role,
    load_test,
    new_app,
    new_stack,
    payloads,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct

WRONG_ROLE = "arn:aws:iam::12345:role/recommender"


def endpoint(stack: Stack, name: str = "Endpoint", **props: Any) -> RecommendedEndpoint:
    sound: dict[str, Any] = {
        "recommendation": default_job(stack, f"{name}Job").recommend_real_time("Best"),
        "model": ModelSource.from_model_package(PACKAGE_ARN),
        "role": given_role(stack),
    }
    return RecommendedEndpoint(stack, name, **(sound | props))


def no_private_subnets(stack: Stack) -> ec2.IVpc:
    return ec2.Vpc(stack, "Vpc", nat_gateways=0)


@pytest.mark.parametrize(
    ("props", "reported"),
    [
        (lambda _: {"model": ModelSource.from_model_package("bert")}, "model = 'bert': must match arn:"),
        (
            lambda stack: {"role": iam.Role.from_role_arn(stack, "Other", WRONG_ROLE)},
            f"role = '{WRONG_ROLE}': must match arn:",
        ),
        (lambda stack: {"vpc": no_private_subnets(stack)}, "vpc = 'Stack/Vpc': no private subnets"),
    ],
    ids=["model", "role", "vpc"],
)
def test_what_constructs_share_is_reported_by_the_first_of_them(
    props: Callable[[Stack], dict[str, Any]], reported: str
) -> None:
    stack = new_stack()
    shared = props(stack)
    job = default_job(stack, "First", **shared)
    endpoint(stack, **shared, recommendation=job.recommend_real_time("Best"))
    default_job(stack, "Second", **shared)
    for _ in range(2):  # an app can be synthesised again
        (error,) = errors_of(stack)
        assert error.startswith(f"[Stack/First] {reported}")
        assert error.endswith(") The same object or tag is used by Stack/Endpoint, Stack/Second.")


def test_what_a_removed_construct_would_report_is_reported_by_the_next() -> None:
    stack = new_stack()
    role = iam.Role.from_role_arn(stack, "Other", WRONG_ROLE)
    for name in ("First", "Second"):
        default_job(stack, name, role=role)
    stack.node.try_remove_child("First")
    (error,) = errors_of(stack)
    assert error.startswith(f"[Stack/Second] role = '{WRONG_ROLE}'")


def test_an_ancestors_tag_is_reported_once_and_names_a_few() -> None:
    stack = new_stack()
    for number in range(6):
        default_job(stack, f"Job{number}")
    Tags.of(stack).add("team", "search; ranking")
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Job0] tags['team'] = 'search; ranking': must match ")
    assert error.endswith(") The same object or tag is used by Stack/Job1, Stack/Job2, Stack/Job3 and 2 more.")


def test_an_ancestors_tag_is_reported_once_for_jobs_and_endpoints() -> None:
    stack = new_stack()
    endpoint(stack)
    Tags.of(stack).add("aws:team", "search")
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/EndpointJob] tags['aws:team'] = 'aws:team': ")
    assert error.endswith(" used by Stack/Endpoint.")


@pytest.mark.parametrize(
    "make",
    [
        lambda stack, name: default_job(stack, name, tags={"team": "search; ranking"}),
        lambda stack, name: default_job(stack, name, model=ModelSource.from_model_package("bert")),
        lambda stack, name: default_job(stack, name, existing_endpoint="a b"),
        lambda stack, name: default_job(stack, name, description="d" * 129),
    ],
    ids=["tag", "model", "endpoint", "text"],
)
def test_what_each_was_given_is_reported_by_each(make: Callable[[Stack, str], Construct]) -> None:
    stack = new_stack()
    for name in ("First", "Second"):
        make(stack, name)
    first, second = errors_of(stack)
    assert first.startswith("[Stack/First] ")
    assert second.startswith("[Stack/Second] ")
    assert "is used by" not in first + second


def test_defaults_are_nothing_that_is_shared() -> None:
    stack = new_stack()
    for name in ("First", "Second"):
        load_test(stack, name, endpoint_configurations=[])
    assert [error.partition(":")[0] for error in errors_of(stack)] == [
        "[Stack/First] endpoint_configurations",
        "[Stack/Second] endpoint_configurations",
    ]


def test_of_what_is_shared_each_error_is_reported_by_who_has_it() -> None:
    stack = new_stack()
    config = ContainerConfig(payload_config=PayloadConfig(sample_payload_url="s3://payloads/bert.zip"))
    model = ModelSource.from_model_package("bert", container_config=config)
    # The endpoint isn't fed by the payload.
    endpoint(stack, model=model)
    default_job(stack, "Job", model=model)
    assert [error.partition(" = ")[0] for error in errors_of(stack)] == [
        "[Stack/Endpoint] model",
        "[Stack/Job] model.container_config.payload_config.sample_payload_url",
    ]


def test_each_stage_which_the_cdk_validates_by_itself_reports_it() -> None:
    app = new_app()
    model = ModelSource.from_model_package("bert")
    stages = [Stage(app, name) for name in ("Test", "Production")]
    for stage in stages:
        default_job(Stack(stage, "Stack"), model=model)
    for stage in stages:
        (error,) = errors_of(stage)
        assert error.startswith(f"[{stage.node.path}/Stack/Job] model = 'bert'")


def test_a_default_job_with_what_only_load_tests_take_is_one_error() -> None:
    stack = new_stack()
    load_test(stack, job_type=JobType.DEFAULT)
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Job] traffic_pattern = ")
    assert (
        "endpoint_configurations, max_number_of_tests or max_parallel_of_tests, stopping_conditions given, too. Remove"
        in error
    )


def test_a_sound_app_has_none() -> None:
    stack = new_stack()
    endpoint(stack, input_buckets=[payloads(stack)])
    assert template_of(stack)
