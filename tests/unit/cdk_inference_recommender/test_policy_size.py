"""How much of IAM's 10,240 characters a role has used up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_cdk import Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.javascript_calls import counted_calls
from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource
from cdk_inference_recommender.permissions.granted_statement import policy_of
from cdk_inference_recommender.permissions.inline_policy_size import (
    MAX_INLINE_POLICY_SIZE,
    inline_policy_size,
    inline_policy_size_of,
    largest_size,
)
from cdk_inference_recommender.provider.inference_recommender_provider import (
    InferenceRecommenderProvider,
    custom_resources_of,
)

from .synthesis import ACCOUNT, PACKAGE_ARN, REGION, Json, default_job, images, new_app, new_stack, template_of

ENVIRONMENT = Environment(account=ACCOUNT, region=REGION)


def test_the_fixed_permissions_leave_half_of_it() -> None:
    for stack in (new_stack(env=ENVIRONMENT), new_stack(name="S" * 128)):
        default_job(stack)
        provider = InferenceRecommenderProvider.of(stack)
        assert inline_policy_size_of(provider.role, within=stack) < 6_500


def jobs_with_roles(stack: Stack, count: int) -> None:
    for index in range(count):
        role = iam.Role.from_role_arn(stack, f"Role{index}", f"arn:aws:iam::{ACCOUNT}:role/recommender-{index}")
        default_job(stack, f"Job{index}", role=role)


def test_many_roles_are_fine_as_long_as_iam_takes_them() -> None:
    stack = new_stack(env=ENVIRONMENT)
    jobs_with_roles(stack, 15)
    template_of(stack)


def test_roles_of_the_stack_count_with_the_longest_name_that_iam_gives_them() -> None:
    stack = new_stack(env=ENVIRONMENT)
    for index in range(17):
        role = iam.Role(stack, f"Role{index}", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        default_job(stack, f"Job{index}", role=role)
    template_of(stack)


def test_more_of_them_are_refused_with_a_remedy_before_anything_is_deployed() -> None:
    stack = new_stack(env=ENVIRONMENT)
    jobs_with_roles(stack, 40)
    with pytest.raises(RuntimeError) as refused:
        template_of(stack)
    message = str(refused.value)
    assert "[Stack/InferenceRecommenderProvider] inline_policies = " in message
    assert "IAM allows a role 10240 characters of inline policies, whitespace not counted." in message
    assert "Let jobs and endpoints share roles and keys" in message
    assert "HandlerPolicySize" in message


def test_what_a_user_adds_to_the_handler_s_role_counts() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack)
    role = InferenceRecommenderProvider.of(stack).role
    size = inline_policy_size_of(role, within=stack)
    added = iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::bucket/*"])
    role.add_to_principal_policy(added)
    iam.Policy(stack, "Elsewhere", roles=[role], statements=[added])
    iam.Policy(stack, "Others", roles=[_other_role(stack)], statements=[added])
    document = {"Version": "2012-10-17", "Statement": [added.to_statement_json()]}
    assert inline_policy_size_of(role, within=stack) - size == 2 * len(json.dumps(document, separators=(",", ":")))


@pytest.mark.parametrize("attach", ["default policy", "policy of its own", "raw policy"])
def test_what_a_user_attaches_to_the_handler_s_role_is_refused_if_it_is_too_much(attach: str) -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack)
    role = InferenceRecommenderProvider.of(stack).role
    files = [f"arn:aws:s3:::bucket/{index:064}" for index in range(60)]
    much = iam.PolicyStatement(actions=["s3:GetObject"], resources=files)
    match attach:
        case "default policy":
            role.add_to_principal_policy(much)
        case "policy of its own":
            iam.Policy(stack, "Elsewhere", roles=[role], statements=[much])
        case _:
            document = iam.PolicyDocument(statements=[much])
            iam.CfnPolicy(stack, "Raw", policy_name="Raw", policy_document=document, roles=[role.role_name])
    with pytest.raises(RuntimeError, match="HandlerPolicySize"):
        template_of(stack)


@pytest.mark.parametrize("env", [ENVIRONMENT, None], ids=["known", "agnostic"])
def test_without_a_call_of_the_cdk_a_policy_counts_as_much_or_more(env: Environment | None) -> None:
    stack = new_stack(env=env)
    default_job(stack, role=iam.Role.from_role_arn(stack, "Given", f"arn:aws:iam::{ACCOUNT}:role/given"))
    default_job(stack, "Other")
    provider = InferenceRecommenderProvider.of(stack)
    granted = [*provider.granted, *custom_resources_of(stack).grants.granted]
    exact = inline_policy_size(stack, policy_of(granted))
    with counted_calls() as calls:
        largest = largest_size(stack, granted)
    assert calls.made == 0
    assert exact <= largest <= exact + 200


def _other_role(stack: Stack) -> iam.Role:
    return iam.Role(stack, "Other", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def test_what_a_default_role_was_granted_besides_counts_with_it() -> None:
    stack = new_stack(env=ENVIRONMENT)
    job = default_job(stack)
    assert isinstance(job.role, iam.Role)
    files = [f"arn:aws:s3:::bucket/{index:064}" for index in range(110)]
    job.role.add_to_principal_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=files))
    with pytest.raises(RuntimeError, match=r"\[Stack/Job/Role\] role = .*DefaultRolePolicySize"):
        template_of(stack)


TEXT = st.text(st.characters(codec="ascii", exclude_characters="$"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.recursive(TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)))
def test_literals_are_counted_as_iam_counts_them(document: Any) -> None:
    stack = new_stack()
    resolved = stack.resolve(document) or ""
    counted = "".join(json.dumps(resolved, separators=(",", ":")).split())
    assert inline_policy_size(stack, document) == len(counted)


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ({"Ref": "AWS::Partition"}, "aws-us-gov"),
        ({"Ref": "AWS::AccountId"}, ACCOUNT),
        ({"Ref": "AWS::Region"}, REGION),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::1"]]}, "arn:aws-us-gov:iam::1"),
        ({"Fn::Sub": "arn:${AWS::Partition}:iam::1"}, "arn:aws-us-gov:iam::1"),
        ({"Fn::If": ["Gov", "aws-us-gov", "aws"]}, "aws-us-gov"),
        (
            {"Ref": "AWS::StackId"},
            f"arn:aws-us-gov:cloudformation:{REGION}:{ACCOUNT}:stack/Stack/{'1' * 36}",
        ),
    ],
)
def test_what_cloudformation_puts_in_counts_with_its_longest_value(function: Any, value: str) -> None:
    assert inline_policy_size(new_stack(env=ENVIRONMENT), [function]) == len(json.dumps([value]))


@pytest.mark.parametrize("function", [{"Ref": "Machine"}, {"Fn::GetAtt": ["Role", "Arn"]}, {"Fn::ImportValue": "Key"}])
def test_what_is_unknown_before_counts_as_a_long_arn(function: Any) -> None:
    longest = f"arn:aws-us-gov:states:ap-southeast-1:{ACCOUNT}:stateMachine:{'m' * 80}"
    assert inline_policy_size(new_stack(), [function]) >= len(json.dumps([longest]))


def test_a_stack_of_a_hundred_jobs_fits() -> None:
    stack = new_stack(new_app({"@aws-cdk/core:stackResourceLimit": 500}), env=ENVIRONMENT)
    access: Json = {
        "input_buckets": [s3.Bucket.from_bucket_name(stack, "Bucket", "payloads")],
        "image_repositories": [images(stack)],
    }
    for index in range(100):
        InferenceRecommendationsJob(stack, f"Job{index}", model=ModelSource.from_model_package(PACKAGE_ARN), **access)
    template = template_of(stack)
    assert len(template["Resources"]) == 408
    role = InferenceRecommenderProvider.of(stack).role
    assert inline_policy_size_of(role, within=stack) < MAX_INLINE_POLICY_SIZE
