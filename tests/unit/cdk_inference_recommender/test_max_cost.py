"""What a job may cost, compared with its estimate when an app is synthesised."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Duration, Environment

from cdk_inference_recommender import EndpointInputConfiguration, InferenceRecommendationsJob
from cdk_inference_recommender.cost.cost_rules import PRICES_CONTEXT
from cdk_inference_recommender.cost.price_file import Price, PriceFile
from tests.unit.cdk_inference_recommender.synthesis import (
    ACCOUNT,
    REGION,
    ROLE_ARN,
    job_with_given_role,
    load_test,
    new_app,
    new_stack,
    template_of,
    warnings_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cdk import Stack

INSTANCE_TYPES = ("ml.c5.xlarge", "ml.m5.xlarge")


@pytest.fixture
def price_file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.json"
    prices = dict(zip(INSTANCE_TYPES, (0.2, 0.3), strict=True))
    PriceFile(path=path, regions={}).save_with(
        REGION,
        {
            name: Price(dollars_per_hour=price, date="2026-03-01", source="AWS Price List")
            for name, price in prices.items()
        },
    )
    return path


def stack_with(price_file: Path | None, *, region: str | None = REGION) -> Stack:
    app = new_app({PRICES_CONTEXT: str(price_file)} if price_file else {})
    return new_stack(app, env=Environment(account=ACCOUNT, region=region) if region else None)


def load_test_of(stack: Stack, *instance_types: str, **props: Any) -> InferenceRecommendationsJob:
    """Declare a job that benchmarks each instance type for at most two hours."""
    return load_test(
        stack,
        job_duration=Duration.hours(2),
        max_number_of_tests=None,
        max_parallel_of_tests=None,
        endpoint_configurations=[
            EndpointInputConfiguration.real_time(name) for name in instance_types or INSTANCE_TYPES
        ],
        **props,
    )


def cost_warnings(stack: Stack) -> list[str]:
    return [each for each in warnings_of(stack) if "max_cost" in each]


def test_a_job_that_may_cost_more_is_warned_of(price_file: Path) -> None:
    stack = stack_with(price_file)
    load_test_of(stack, max_cost=0.99)
    (warning,) = cost_warnings(stack)
    assert warning.startswith(
        "max_cost = 0.99: is less than the job may cost: at most 1.000 USD, 2 tests of at most 2 h 00 min in "
        "eu-west-1, at prices of 2026-03-01. Not included: the start of endpoints, what sends the requests, storage, "
        "data transfer. Benchmark fewer configurations"
    )
    assert "(JobCostAboveMaximum;" in warning


def test_a_job_that_costs_no_more_isn_t(price_file: Path) -> None:
    stack = stack_with(price_file)
    load_test_of(stack, max_cost=1)
    assert not cost_warnings(stack)


def test_a_default_job_is_compared_with_the_end_of_its_range(price_file: Path) -> None:
    stack = stack_with(price_file)
    job_with_given_role(stack, max_cost=0.2)
    (warning,) = cost_warnings(stack)
    assert (
        "is less than the job may cost: 0.150 to 0.225 USD, for each instance type that the service selects" in warning
    )


def test_a_job_of_a_document_is_compared_too(price_file: Path) -> None:
    stack = stack_with(price_file)
    InferenceRecommendationsJob.from_cli_input(
        stack,
        "Job",
        {
            "JobName": "bert",
            "JobType": "Default",
            "RoleArn": ROLE_ARN,
            "InputConfig": {"ModelPackageVersionArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/bert/1"},
        },
        max_cost=0.1,
    )
    assert len(cost_warnings(stack)) == 1


def test_what_is_missing_is_named(price_file: Path) -> None:
    stack = stack_with(price_file)
    load_test_of(stack, *INSTANCE_TYPES, "ml.g4dn.xlarge", max_cost=100)
    (warning,) = cost_warnings(stack)
    assert (
        "can't be compared with what the job would cost, since something is missing: the price of ml.g4dn.xlarge in "
        f"eu-west-1: run inference-recommender estimate --refresh --region eu-west-1 --prices {price_file}." in warning
    )


@pytest.mark.parametrize("text", ["", "{}", '{"Version": 2}'])
def test_a_file_that_is_none_is_named(price_file: Path, text: str) -> None:
    price_file.write_text(text)
    stack = stack_with(price_file)
    load_test_of(stack, max_cost=100)
    (warning,) = cost_warnings(stack)
    assert f"since something is missing: {price_file} " in warning


def test_without_a_file_or_a_region_nothing_is_guessed(price_file: Path) -> None:
    stack = stack_with(None)
    load_test_of(stack, max_cost=100)
    (warning,) = cost_warnings(stack)
    assert f"missing: the file of prices, which the context value {PRICES_CONTEXT} names. Write the prices" in warning
    stack = stack_with(price_file, region=None)
    load_test_of(stack, max_cost=100)
    (warning,) = cost_warnings(stack)
    assert "missing: the stack's Region, which its env names" in warning


@pytest.mark.parametrize(
    ("prop", "spelled"),
    [
        ("job_duration", "job_duration"),
        ("instance_type", "endpoint_configurations[0].instance_type"),
    ],
)
def test_a_member_that_is_known_at_deploy_time_only_is_named(price_file: Path, prop: str, spelled: str) -> None:
    stack = stack_with(price_file)
    if prop == "job_duration":
        seconds = CfnParameter(stack, "Seconds", type="Number").value_as_number
        load_test(
            stack,
            job_duration=Duration.seconds(seconds),
            endpoint_configurations=[EndpointInputConfiguration.real_time(INSTANCE_TYPES[0])],
            max_cost=100,
        )
    else:
        load_test_of(stack, CfnParameter(stack, "Type").value_as_string, max_cost=100)
    (warning,) = cost_warnings(stack)
    assert f"missing: {spelled}, which is known only at deploy time" in warning


@pytest.mark.parametrize("amount", [0, -1, math.nan, math.inf])
def test_an_amount_that_is_none_is_rejected(price_file: Path, amount: float) -> None:
    stack = stack_with(price_file)
    load_test_of(stack, max_cost=amount)
    with pytest.raises(RuntimeError, match=r"max_cost = .* must be an amount in USD above 0, known at synth"):
        template_of(stack)


def test_an_amount_that_is_known_at_deploy_time_only_is_rejected(price_file: Path) -> None:
    stack = stack_with(price_file)
    load_test_of(stack, max_cost=CfnParameter(stack, "Cost", type="Number").value_as_number)
    with pytest.raises(RuntimeError, match=r"max_cost .*known at synth"):
        template_of(stack)


def test_a_request_with_errors_is_not_estimated(price_file: Path) -> None:
    stack = stack_with(price_file)
    job = load_test_of(stack, max_cost=0.1, job_name="-")
    with pytest.raises(RuntimeError, match="job_name"):
        template_of(stack)
    assert not [entry for entry in job.node.metadata if "max_cost" in str(entry.data)]


def test_it_changes_nothing_in_the_template(price_file: Path) -> None:
    without, given = stack_with(price_file), stack_with(price_file)
    load_test_of(without)
    load_test_of(given, max_cost=0.1)
    assert template_of(without) == template_of(given)
