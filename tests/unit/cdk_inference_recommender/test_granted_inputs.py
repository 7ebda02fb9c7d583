"""What is named beside a job is granted to its role, the default one or one that is given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import ContainerConfig, ModelSource, PayloadConfig, ValidationError

from .dependency_order import before
from .synthesis import (
    JOB,
    PACKAGE_ARN,
    POLICY,
    Json,
    default_job,
    new_stack,
    request_of,
    resources,
    template_of,
    warnings_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def own_role(stack: Stack) -> iam.Role:
    return iam.Role(stack, "Own", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))


def inputs(stack: Stack) -> Json:
    return {
        "input_buckets": [s3.Bucket.from_bucket_name(stack, "Artifacts", "artifacts")],
        "image_repositories": [ecr.Repository.from_repository_name(stack, "Serving", "serving")],
    }


def fed_from(stack: Stack, **props: Any) -> ModelSource:
    payload = PayloadConfig.from_bucket(s3.Bucket.from_bucket_name(stack, "Samples", "samples"), "a/b.tar.gz", **props)
    return ModelSource.from_model_package(PACKAGE_ARN, container_config=ContainerConfig(payload_config=payload))


@pytest.mark.parametrize(
    "role",
    [own_role, lambda stack: iam.Role.from_role_name(stack, "Imported", "imported")],
    ids=["made here", "imported"],
)
def test_a_given_role_may_read_what_is_named_before_the_job_starts(role: Callable[[Stack], iam.IRole]) -> None:
    stack = new_stack()
    default_job(stack, role=role(stack), **inputs(stack))
    template = template_of(stack)
    ((policy, granted),) = (
        (name, json.dumps(each))
        for name, each in resources(template, POLICY).items()
        if "artifacts" in json.dumps(each)
    )
    assert ":repository/serving" in granted
    (job,) = resources(template, JOB)
    assert policy in before(template, job)


def test_a_role_without_policy_updates_stays_as_it_is() -> None:
    stack = new_stack()
    default_job(stack, role=own_role(stack).without_policy_updates(), **inputs(stack))
    assert "artifacts" not in json.dumps(template_of(stack))


def test_a_given_role_without_anything_named_gets_no_policy() -> None:
    stack = new_stack()
    default_job(stack, role=own_role(stack))
    assert not [name for name in resources(template_of(stack), POLICY) if name.startswith("Own")]


@pytest.mark.parametrize("given", [True, False], ids=["given role", "default role"])
def test_a_payload_of_a_bucket_is_granted_and_nothing_else_of_the_bucket(*, given: bool) -> None:
    stack = new_stack()
    role: Json = {"role": own_role(stack)} if given else {"input_buckets": []}
    default_job(stack, model=fed_from(stack), **role)
    template = template_of(stack)
    assert ":s3:::samples/a/b.tar.gz" in json.dumps(template)
    assert ":s3:::samples/*" not in json.dumps(template)


def test_a_payload_of_a_bucket_is_rendered_as_its_url() -> None:
    stack = new_stack()
    default_job(stack, model=fed_from(stack, supported_content_types=["text/csv"]))
    assert request_of(stack)["InputConfig"]["ContainerConfig"]["PayloadConfig"] == {
        "SamplePayloadUrl": "s3://samples/a/b.tar.gz",
        "SupportedContentTypes": ["text/csv"],
    }
    assert warnings_of(stack) == []


def test_a_payload_of_a_bucket_is_something_to_read() -> None:
    stack = new_stack()
    default_job(stack, model=fed_from(stack), input_buckets=[])
    assert warnings_of(stack) == []


@pytest.mark.parametrize(("bucket", "key"), [("samples", "a"), (None, "a")])
def test_a_payload_s_bucket_is_a_bucket(bucket: Any, key: Any) -> None:
    with pytest.raises(ValidationError, match=r"bucket = .* isn't of type IBucket"):
        PayloadConfig.from_bucket(bucket, key)


def test_a_payload_s_key_is_text() -> None:
    with pytest.raises(ValidationError, match=r"key = 5 isn't of type str\. Write \"sample"):
        PayloadConfig.from_bucket(s3.Bucket.from_bucket_name(new_stack(), "Samples", "samples"), 5)  # type: ignore[arg-type]
