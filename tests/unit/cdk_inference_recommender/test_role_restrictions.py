"""What of the default roles can be restricted further, and who may assume them."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Environment, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    ExecutionRoleRestrictions,
    ModelSource,
    RecommendedEndpoint,
    ValidationError,
)

from .synthesis import (
    ACCOUNT,
    REGION,
    Json,
    default_job,
    given_role,
    load_test,
    logical_id,
    new_stack,
    resources,
    role_statements,
    statements,
    template_of,
)

ENVIRONMENT = Environment(account=ACCOUNT, region=REGION)
OTHER_ACCOUNT = "210987654321"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
VIA = {"StringLike": {"kms:ViaService": [f"sagemaker.{REGION}.*", f"s3.{REGION}.*"]}}
BY_AWS_SERVICE = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def trust(template: Json, role: str) -> Json:
    (found,) = (each for name, each in resources(template, "AWS::IAM::Role").items() if name.startswith(role))
    (statement,) = found["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    condition: Json = statement.get("Condition", {})
    return condition


def endpoints_of(template: Json) -> list[str]:
    (found,) = (
        each["Resource"]
        for each in role_statements(template, "JobRole")
        if "sagemaker:InvokeEndpoint" in each["Action"]
    )
    return [each["Fn::Join"][1][-1].rpartition(":")[2] for each in (found if isinstance(found, list) else [found])]


def of_kms(template: Json) -> list[Json]:
    return [each for each in role_statements(template, "JobRole") if "kms:" in str(each["Action"])]


def test_nothing_is_restricted_that_aws_does_not_document() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack, volume_encryption_key=kms.Key.from_key_arn(stack, "Key", KEY_ARN))
    template = template_of(stack)
    assert endpoints_of(template) == ["endpoint/*"]
    assert trust(template, "JobRole") == {}
    assert [each.get("Condition") for each in of_kms(template)] == [BY_AWS_SERVICE, None]


def test_an_endpoint_s_role_is_assumed_for_this_account_s_endpoints_only() -> None:
    stack = new_stack(env=ENVIRONMENT)
    RecommendedEndpoint(stack, "Endpoint", recommendation=default_job(stack).recommend_real_time("Best"))
    own = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":sagemaker:{REGION}:{ACCOUNT}:*"]]}
    assert trust(template_of(stack), "EndpointRole") == {"ArnLike": {"aws:SourceArn": own}}


@pytest.mark.parametrize("existing", [None, "Staging"])
def test_endpoints_can_be_restricted_by_their_prefix(existing: str | None) -> None:
    stack = new_stack(env=ENVIRONMENT)
    restrictions = ExecutionRoleRestrictions(endpoint_name_prefix="sm-epc-")
    load_test(stack, role_restrictions=restrictions, existing_endpoint=existing)
    named = [] if existing is None else ["endpoint/staging"]
    assert endpoints_of(template_of(stack)) == ["endpoint/sm-epc-*", *named]


def test_keys_can_be_restricted_to_services() -> None:
    stack = new_stack(env=ENVIRONMENT)
    restrictions = ExecutionRoleRestrictions(key_services=["sagemaker", "s3"])
    given = kms.Key.from_key_arn(stack, "Key", KEY_ARN)
    default_job(stack, role_restrictions=restrictions, volume_encryption_key=given, output_encryption_key=given)
    conditions = [each["Condition"] for each in of_kms(template_of(stack))]
    assert conditions == [{**VIA, **BY_AWS_SERVICE}, VIA, VIA]


def test_so_can_a_key_that_the_stack_makes_and_one_of_elsewhere() -> None:
    stack = new_stack(env=ENVIRONMENT)
    own = kms.Key(stack, "Own")
    elsewhere = kms.Key.from_key_arn(stack, "Elsewhere", KEY_ARN.replace(ACCOUNT, OTHER_ACCOUNT))
    restrictions = ExecutionRoleRestrictions(key_services=["sagemaker", "s3"])
    default_job(stack, role_restrictions=restrictions, volume_encryption_key=own, output_encryption_key=elsewhere)
    template = template_of(stack)
    found = {str(each["Resource"]): each["Condition"] for each in of_kms(template) if "Create" not in str(each)}
    assert set(found) == {str({"Fn::GetAtt": [logical_id(own), "Arn"]}), elsewhere.key_arn}
    assert all(each == VIA for each in found.values())


def test_a_key_whose_own_policy_names_the_role_has_the_conditions_there_too() -> None:
    stack = new_stack(env=ENVIRONMENT)
    key = kms.CfnKey(stack, "Key", key_policy={"Version": "2012-10-17", "Statement": []})
    default_job(stack, volume_encryption_key=key)
    (found,) = resources(template_of(stack), "AWS::KMS::Key").values()
    policy = found["Properties"]["KeyPolicy"]["Statement"]
    granting = [each for each in policy if each["Action"] == "kms:CreateGrant"]
    assert [each["Condition"] for each in granting] == [BY_AWS_SERVICE]


def test_the_role_can_be_kept_to_its_account() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack, role_restrictions=ExecutionRoleRestrictions(own_account_only=True))
    assert trust(template_of(stack), "JobRole") == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_a_role_that_is_handed_in_is_not_restricted() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack, role=given_role(stack), role_restrictions=ExecutionRoleRestrictions())
    with pytest.raises(RuntimeError, match=r"\[Stack/Job\] role_restrictions.*RoleRestrictionsWithRole"):
        template_of(stack)


@pytest.mark.parametrize(
    ("restrictions", "named"),
    [
        ({"endpoint_name_prefix": 1}, "role_restrictions.endpoint_name_prefix = 1"),
        ({"key_services": "s3"}, "role_restrictions.key_services"),
        ({"own_account_only": "yes"}, "role_restrictions.own_account_only"),
    ],
)
def test_a_restriction_of_another_type_is_rejected(restrictions: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=f"Stack/Job: {named}"):
        default_job(new_stack(), role_restrictions=ExecutionRoleRestrictions(**restrictions))


@pytest.mark.parametrize("model", ["arn:aws:sagemaker:eu-west-1:210987654321:model-package/bert/1"])
def test_a_package_of_another_account_is_read_as_its_own_policy_has_to_allow(model: str) -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack, model=ModelSource.from_model_package(model))
    found = role_statements(template_of(stack), "JobRole")[0]
    assert found["Action"] == ["sagemaker:DescribeModelPackage", "sagemaker:CreateModel"]
    assert found["Resource"] == model


def encrypted_bucket(stack: Stack) -> s3.IBucket:
    key = kms.Key.from_key_arn(stack, "BucketKey", KEY_ARN)
    return s3.Bucket.from_bucket_attributes(stack, "Compiled", bucket_name="compiled", encryption_key=key)


def test_compiled_models_are_encrypted_with_the_key_of_their_bucket() -> None:
    stack = new_stack(env=ENVIRONMENT)
    bucket = encrypted_bucket(stack)
    default_job(stack, compiled_output_s3_uri="s3://compiled/bert", compiled_output_bucket=bucket)
    (found,) = of_kms(template_of(stack))
    assert found["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert found["Resource"] == KEY_ARN


def test_a_role_that_is_handed_in_is_granted_the_same() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(
        stack,
        role=given_role(stack),
        compiled_output_s3_uri="s3://compiled/bert",
        compiled_output_bucket=encrypted_bucket(stack),
    )
    granted = statements(template_of(stack), "GivenRole")
    actions = {action for each in granted if each["Resource"] == KEY_ARN for action in each["Action"]}
    assert {"kms:Decrypt", "kms:GenerateDataKey*"} <= actions
    objects = [each["Resource"] for each in granted if "s3:PutObject" in each["Action"]]
    assert "compiled/bert/*" in str(objects)
    assert "compiled/*" not in str(objects)


def test_a_bucket_for_compiled_models_needs_their_place() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack, compiled_output_bucket=encrypted_bucket(stack))
    with pytest.raises(RuntimeError, match=r"\[Stack/Job\] compiled_output_bucket.*CompiledOutputBucketWithoutUri"):
        template_of(stack)
