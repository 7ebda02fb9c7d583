"""What is named by an ARN of another Region than the stack's."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Environment
from aws_cdk import aws_kms as kms

from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource

from .request.request_documents import DEFAULT
from .synthesis import ACCOUNT, PACKAGE_ARN, REGION, default_job, new_stack, warnings_of

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
HERE = Environment(account=ACCOUNT, region=REGION)
THERE = Environment(account=ACCOUNT, region="us-east-1")


@pytest.mark.parametrize(
    "place",
    [
        "volume_encryption_key",
        "output_encryption_key",
    ],
)
def test_a_key_of_another_region_is_warned_of(place: str) -> None:
    stack = new_stack(env=HERE)
    props: dict[str, Any] = {place: kms.Key.from_key_arn(stack, "Key", KEY)}
    default_job(stack, **props)
    (warning,) = warnings_of(stack)
    assert warning.startswith(
        f"{place} = '{KEY}': a KMS key is used in its own Region only: it is in us-east-1, and the stack in eu-west-1."
    )
    assert "(KmsKeyRegion; inferred" in warning


def test_a_model_package_of_another_region_is_warned_of() -> None:
    stack = new_stack(env=THERE)
    default_job(stack)
    (warning,) = warnings_of(stack)
    assert warning.startswith(
        f"model = '{PACKAGE_ARN}': a model package is used in its own Region only: it is in eu-west-1, and the stack "
        "in us-east-1. Name the package's ARN in the stack's Region"
    )


def test_a_document_s_is_reported_as_it_stands_there() -> None:
    stack = new_stack(env=THERE)
    InferenceRecommendationsJob.from_cli_input(stack, "Job", DEFAULT)
    (warning,) = warnings_of(stack)
    assert warning.startswith("InputConfig.ModelPackageVersionArn = 'arn:")


@pytest.mark.parametrize(
    ("env", "props"),
    [
        (HERE, {}),
        (THERE, {"model": ModelSource.from_model_package(PACKAGE_ARN.replace(REGION, "us-east-1"))}),
        (HERE, {"volume_encryption_key": lambda stack: kms.Alias.from_alias_name(stack, "Key", "alias/volumes")}),
        # Where the stack will be isn't known.
        (None, {"volume_encryption_key": lambda stack: kms.Key.from_key_arn(stack, "Key", KEY)}),
    ],
)
def test_nothing_is_warned_of_that_may_be_here(env: Environment | None, props: dict[str, Any]) -> None:
    stack = new_stack(env=env)
    default_job(stack, **{name: value(stack) if callable(value) else value for name, value in props.items()})
    assert warnings_of(stack) == []
