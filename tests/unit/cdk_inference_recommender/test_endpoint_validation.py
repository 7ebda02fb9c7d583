"""Literal names, keys, networks and tags of an endpoint are judged at synthesis, as the job's are."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Environment, Fn, Stack, Tags, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from cdk_inference_recommender import ModelSource, RecommendedEndpoint
from cdk_inference_recommender.request.request_model import member_shape

from .synthesis import (
    ACCOUNT,
    MODEL_CONFIG,
    PACKAGE_ARN,
    REGION,
    errors_of,
    given_role,
    job_with_given_role,
    new_stack,
    template_of,
    warnings_of,
)

PACKAGE = ModelSource.from_model_package(PACKAGE_ARN)


def endpoint(stack: Stack, **props: Any) -> RecommendedEndpoint:
    sound: dict[str, Any] = {"recommendation": job_with_given_role(stack).recommend_real_time("Best"), "model": PACKAGE}
    return RecommendedEndpoint(stack, "Endpoint", **(sound | {"role": given_role(stack)} | props))


def named(name: str) -> ModelSource:
    return ModelSource.from_model(name, container_config=MODEL_CONFIG)


@pytest.mark.parametrize(
    ("props", "reported"),
    [
        ({"endpoint_name": "e" * 64}, "endpoint_name = 'eee"),
        ({"endpoint_name": "bert_live"}, "endpoint_name = 'bert_live': must match "),
        ({"variant_name": "All Traffic"}, "variant_name = 'All Traffic': must match "),
        ({"variant_name": "v" * 64}, "variant_name = 'vvv"),
        ({"model": named("bert_base")}, "model = 'bert_base': must match "),
        ({"model": ModelSource.from_model_package("bert")}, "model = 'bert': must match arn:"),
        ({"tags": {"team": "search; ranking"}}, "tags['team'] = 'search; ranking': must match "),
        ({"tags": {"aws:team": "search"}}, "tags['aws:team'] = 'aws:team': tag keys that begin with aws: are"),
        ({"tags": {f"key-{number}": "" for number in range(48)}}, "tags = 48: at most 47 tags: the service allows 50"),
        ({"tags": {f"key-{number}": "" for number in range(51)}}, "tags = 51: at most 47 tags"),
    ],
)
def test_what_the_service_would_refuse_is_one_error(props: dict[str, Any], reported: str) -> None:
    stack = new_stack()
    endpoint(stack, **props)
    (error,) = errors_of(stack)
    assert error.startswith(f"[Stack/Endpoint] {reported}")


def test_a_role_is_judged_by_its_arn() -> None:
    stack = new_stack()
    endpoint(stack, role=iam.Role.from_role_arn(stack, "Other", "arn:aws:iam::12345:role/recommender"))
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Endpoint] role = 'arn:aws:iam::12345:role/recommender': must match arn:")


def test_a_network_has_its_bounds() -> None:
    stack = new_stack()
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"G{number}", f"sg-{number}") for number in range(6)]
    endpoint(stack, vpc=ec2.Vpc(stack, "Vpc", max_azs=2), security_groups=groups)
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Endpoint] security_groups = ['sg-0', ")
    assert "must be at most 5 items, not 6" in error


def test_all_are_reported_at_once_and_those_of_ancestors_tags_too() -> None:
    stack = new_stack()
    endpoint(stack, endpoint_name="bert_live", variant_name="a b")
    Tags.of(stack).add("team", "search; ranking", exclude_resource_types=["Custom::InferenceRecommendationsJob"])
    assert [error.partition(":")[0] for error in errors_of(stack)] == [
        "[Stack/Endpoint] endpoint_name = 'bert_live'",
        "[Stack/Endpoint] variant_name = 'a b'",
        "[Stack/Endpoint] tags['team'] = 'search; ranking'",
    ]


def test_a_tag_of_the_endpoint_alone_is_judged_as_well() -> None:
    stack = new_stack()
    endpoint(stack)
    Tags.of(stack).add("team", "search; ranking", include_resource_types=["AWS::SageMaker::Endpoint"])
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Endpoint] tags['team'] = 'search; ranking'")


def test_tags_that_the_model_is_left_out_of_may_be_fifty_with_the_one_that_says_whose_the_endpoint_is() -> None:
    stack = new_stack()
    endpoint(stack)
    for number in range(49):
        Tags.of(stack).add(f"key-{number}", "", include_resource_types=["AWS::SageMaker::Endpoint"])
    template_of(stack)


def test_the_tags_of_each_resource_are_counted_by_themselves() -> None:
    stack = new_stack()
    endpoint(stack)
    for kind in ("Custom::RecommendedModel", "AWS::SageMaker::Endpoint"):
        for number in range(30):
            Tags.of(stack).add(f"{kind[-5:]}-{number}", "", include_resource_types=[kind])
    template_of(stack)


@pytest.mark.parametrize(
    ("kind", "too_many"), [("AWS::SageMaker::Endpoint", 50), ("AWS::SageMaker::EndpointConfig", 51)]
)
def test_one_of_them_may_have_fifty(kind: str, too_many: int) -> None:
    stack = new_stack()
    endpoint(stack)
    for number in range(too_many):
        Tags.of(stack).add(f"key-{number}", "", include_resource_types=[kind])
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Endpoint] tags = 51: ")
    assert "at most 50 items, not 51" in error


def test_a_model_that_is_refused_isnt_warned_of_as_well() -> None:
    stack = new_stack()
    endpoint(stack, model=named("bert_base"))
    assert not any(
        "EndpointModelMeasured" in str(metadata.data) for metadata in stack.node.find_child("Endpoint").node.metadata
    )


def test_a_key_of_another_region_is_warned_of() -> None:
    stack = new_stack(env=Environment(account=ACCOUNT, region=REGION))
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    endpoint(stack, volume_encryption_key=kms.Key.from_key_arn(stack, "Key", key))
    (warning,) = warnings_of(stack)
    assert warning.startswith(
        f"volume_encryption_key = '{key}': a KMS key is used in its own Region only: it is in us-east-1"
    )


def test_bounds_are_allowed_and_deploy_time_values_passed_over() -> None:
    stack = new_stack()
    endpoint(
        stack,
        endpoint_name="e" * 63,
        variant_name=Token.as_string(Fn.ref("Variant")),
        volume_encryption_key=kms.Alias.from_alias_name(stack, "Key", Token.as_string(Fn.ref("Key"))),
        tags={f"key-{number}": Token.as_string(Fn.ref("Tag")) for number in range(47)},
    )
    template_of(stack)


def test_the_members_shapes_are_read_once() -> None:
    assert member_shape("CreateEndpoint.EndpointName") is member_shape("CreateEndpoint.EndpointName")
