"""Policies are evaluated as IAM does."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.iam.authorization import AccessDenied, role_policies, trusts_service
from inference_recommender_sandbox.iam.policy_evaluation import Decision, decide

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws

JOB = "arn:aws:sagemaker:us-east-1:123456789012:inference-recommendations-job/mine-1"
STOP = "sagemaker:StopInferenceRecommendationsJob"


def decision(*statements: dict[str, Any], action: str = STOP, resource: str = JOB, **context: str | None) -> Decision:
    keys = {name.replace("__", ":"): value for name, value in context.items()}
    return decide([{"Statement": list(statements)}], action=action, resource=resource, context=keys)


def allow(action: Any = STOP, resource: Any = "*", **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | members


def deny(action: Any = STOP, resource: Any = "*", **members: Any) -> dict[str, Any]:
    return allow(action, resource, **members) | {"Effect": "Deny"}


def test_what_nothing_allows_is_denied() -> None:
    assert decision() is Decision.DENIED_IMPLICITLY
    assert decision(allow("sagemaker:Describe*")) is Decision.DENIED_IMPLICITLY


@pytest.mark.parametrize(
    "action", ["*", "sagemaker:*", "sagemaker:Stop*", "SAGEMAKER:stopinferencerecommendationsjob", [STOP, "s3:*"]]
)
def test_actions_match_by_wildcard_and_without_regard_to_case(action: Any) -> None:
    assert decision(allow(action)) is Decision.ALLOWED


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", Decision.ALLOWED),
        (JOB, Decision.ALLOWED),
        (JOB.replace("mine-1", "mine-?"), Decision.ALLOWED),
        (JOB.replace("mine-1", "mine*"), Decision.ALLOWED),
        (JOB.replace("mine-1", "MINE*"), Decision.DENIED_IMPLICITLY),
        (JOB.replace("mine-1", "[m]ine*"), Decision.DENIED_IMPLICITLY),
        (JOB.replace("us-east-1", "eu-west-1"), Decision.DENIED_IMPLICITLY),
        ([], Decision.DENIED_IMPLICITLY),
    ],
)
def test_resources_match_by_wildcard_and_case(resource: Any, expected: Decision) -> None:
    assert decision(allow(resource=resource)) is expected


def test_a_narrow_permission_does_not_cover_an_action_on_everything() -> None:
    assert decision(allow(resource=JOB), resource="*") is Decision.DENIED_IMPLICITLY


def test_an_explicit_deny_wins() -> None:
    assert decision(allow("*"), deny()) is Decision.DENIED_EXPLICITLY
    assert decision(deny(resource="arn:aws:s3:::*"), allow("*")) is Decision.ALLOWED


def test_not_action_and_not_resource_are_their_opposites() -> None:
    assert decision({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}) is Decision.ALLOWED
    assert decision({"Effect": "Allow", "NotAction": "sagemaker:*", "Resource": "*"}) is Decision.DENIED_IMPLICITLY
    assert decision({"Effect": "Allow", "Action": "*", "NotResource": JOB}) is Decision.DENIED_IMPLICITLY
    assert decision({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::*"}) is Decision.ALLOWED


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}, True),
        ({"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}}, True),
        ({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, False),
        ({"StringEquals": {"iam:PassedToService": "sagemaker.*"}}, False),
        ({"StringLike": {"iam:PassedToService": "sagemaker.*"}}, True),
        ({"StringNotEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, True),
        ({"StringNotEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}, False),
        ({"StringEquals": {"aws:Absent": "x"}}, False),
        ({"StringEqualsIfExists": {"aws:Absent": "x"}}, True),
        ({"StringNotEquals": {"aws:Absent": "x"}}, True),
        ({"Null": {"aws:Absent": "true"}}, True),
        ({"Null": {"iam:PassedToService": "true"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:*:123456789012:*"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "${aws:Absent}"}}, False),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "1"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:*:123456789012:*"}}, False),
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:*:123456789012:*"}}, True),
        ({"StringEquals": {"IAM:PassedToService": "sagemaker.amazonaws.com"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "${AWS:principalaccount}"}}, True),
    ],
)
def test_conditions_must_all_hold(condition: dict[str, Any], *, expected: bool) -> None:
    allowed = decision(
        allow(Condition=condition),
        iam__PassedToService="sagemaker.amazonaws.com",
        aws__SourceArn=JOB,
        aws__SourceAccount="123456789012",
        aws__PrincipalAccount="123456789012",
        aws__Absent=None,
    )
    assert (allowed is Decision.ALLOWED) is expected


@pytest.mark.parametrize(
    ("condition", "tag_keys", "expected"),
    [
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}, ("a",), True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}, ("a", "c"), False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, None, True),
        ({"ForAllValues:StringLike": {"aws:TagKeys": "team:*"}}, ("team:a", "team:b"), True),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": "c"}}, ("a", "b"), True),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": "c"}}, ("a", "c"), False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["c", "b"]}}, ("a", "b"), True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "c"}}, ("a", "b"), False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}, None, False),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}}, ("a", "b"), True),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}}, None, False),
        ({"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "a"}}, None, True),
        ({"StringEquals": {"aws:TagKeys": "a"}}, ("a",), False),
        ({"StringNotEquals": {"aws:TagKeys": "b"}}, ("a",), False),
        ({"Null": {"aws:TagKeys": "false"}}, ("a",), True),
        ({"Null": {"aws:TagKeys": "true"}}, ("a",), False),
    ],
)
def test_keys_of_several_values_need_a_set_operator(
    condition: dict[str, Any], tag_keys: tuple[str, ...] | None, *, expected: bool
) -> None:
    context = {"aws:TagKeys": tag_keys}
    statement = allow(Condition=condition)
    decided = decide([{"Statement": statement}], action=STOP, resource=JOB, context=context)
    assert (decided is Decision.ALLOWED) is expected


def test_a_deny_that_lacks_the_set_operator_denies() -> None:
    condition = {"StringEquals": {"aws:TagKeys": "b"}}
    policy = {"Statement": [allow("*"), deny(Condition=condition)]}
    decided = decide([policy], action=STOP, resource=JOB, context={"aws:TagKeys": ("a",)})
    assert decided is Decision.DENIED_EXPLICITLY


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringEquals": {"s3:x-amz-acl": "public-read"}},
        {"StringNotEquals": {"ec2:Vpc": "vpc-1"}},
        {"StringEqualsIfExists": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
        {"Null": {"aws:SourceVpc": "true"}},
        {"Null": {"aws:SourceVpc": "false"}},
        {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["a"]}},
        {"ForAnyValue:StringEquals": {"dynamodb:Attributes": ["a"]}},
        {"StringEquals": {"aws:PrincipalAccount": "${ec2:Vpc}"}},
        {"StringNotEquals": {"aws:PrincipalAccount": ["1", "${ec2:Vpc}"]}},
    ],
)
def test_a_condition_that_cant_be_evaluated_allows_nothing_and_denies(condition: dict[str, Any]) -> None:
    known = {"aws__PrincipalAccount": "123456789012"}
    assert decision(allow("*", Condition=condition), **known) is Decision.DENIED_IMPLICITLY
    assert decision(allow("*"), deny(Condition=condition), **known) is Decision.DENIED_EXPLICITLY


def test_a_resource_with_a_variable_of_no_value_is_no_resource_to_allow_and_any_to_deny() -> None:
    mine, others = JOB.replace("mine", "${aws:username}"), JOB.replace("job/mine-1", "job-of/${aws:username}")
    assert decision(allow(resource=mine)) is Decision.DENIED_IMPLICITLY
    assert decision(allow("*"), deny(resource=mine)) is Decision.DENIED_EXPLICITLY
    assert decision(allow("*"), deny(resource=others)) is Decision.ALLOWED
    assert decision({"Effect": "Allow", "Action": "*", "NotResource": mine}) is Decision.DENIED_IMPLICITLY
    denied = {"Effect": "Deny", "Action": "*", "NotResource": mine}
    assert decision(allow("*"), denied) is Decision.DENIED_EXPLICITLY


def authorize(aws: Aws, access_key_id: str | None, action: str = STOP) -> None:
    aws.authorizer.authorize(
        account_id="123456789012", access_key_id=access_key_id, action=action, resource=JOB, context={}
    )


@pytest.mark.parametrize("access_key_id", [None, "AKIAIOSFODNN7DEVELOP"])
def test_the_developer_may_do_everything(aws: Aws, access_key_id: str | None) -> None:
    authorize(aws, access_key_id)


def test_a_session_may_do_what_its_roles_policies_allow(aws: Aws) -> None:
    aws.role("handler", [allow(STOP)], service="lambda.amazonaws.com")
    aws.authorizer.register_session("ASIA0000000000000001", "handler", "the-function")
    authorize(aws, "ASIA0000000000000001")
    with pytest.raises(AccessDenied) as denied:
        authorize(aws, "ASIA0000000000000001", "sagemaker:DescribeInferenceRecommendationsJob")
    assert str(denied.value) == (
        "User: arn:aws:sts::123456789012:assumed-role/handler/the-function is not authorized to perform: "
        f"sagemaker:DescribeInferenceRecommendationsJob on resource: {JOB} because no identity-based policy allows "
        "the sagemaker:DescribeInferenceRecommendationsJob action"
    )


@pytest.mark.parametrize(("operator", "allowed"), [("StringEquals", False), ("StringEqualsIfExists", True)])
def test_a_session_calls_through_no_service(aws: Aws, operator: str, *, allowed: bool) -> None:
    condition = {operator: {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    aws.role("handler", [allow("kms:Decrypt", Condition=condition)], service="lambda.amazonaws.com")
    aws.authorizer.register_session("ASIA0000000000000001", "handler", "the-function")
    with nullcontext() if allowed else pytest.raises(AccessDenied):
        authorize(aws, "ASIA0000000000000001", "kms:Decrypt")


def test_an_explicit_deny_is_distinguished(aws: Aws) -> None:
    aws.role("handler", [allow("*"), deny(STOP)], service="lambda.amazonaws.com")
    aws.authorizer.register_session("ASIA0000000000000001", "handler", "the-function")
    with pytest.raises(AccessDenied, match="with an explicit deny in an identity-based policy"):
        authorize(aws, "ASIA0000000000000001")


def test_a_session_of_a_role_that_is_gone_may_do_nothing(aws: Aws) -> None:
    aws.authorizer.register_session("ASIA0000000000000001", "deleted", "the-function")
    with pytest.raises(AccessDenied):
        authorize(aws, "ASIA0000000000000001")


def test_attached_policies_count_in_their_default_version(aws: Aws) -> None:
    aws.role("handler", [])
    document = {"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]}
    arn = aws.iam.create_policy(PolicyName="attached", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    aws.iam.attach_role_policy(RoleName="handler", PolicyArn=arn)
    assert role_policies(account_id="123456789012", role_name="handler") == [document]
    newer = {"Version": "2012-10-17", "Statement": [allow("s3:PutObject")]}
    aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(newer), SetAsDefault=True)
    assert role_policies(account_id="123456789012", role_name="handler") == [newer]


def test_a_role_trusts_the_services_that_its_trust_policy_names(aws: Aws) -> None:
    arn = aws.role("trusting")
    trusted = {"account_id": "123456789012", "role_arn": arn, "context": {}}
    assert trusts_service(service="sagemaker.amazonaws.com", **trusted)  # type: ignore[arg-type]
    assert not trusts_service(service="lambda.amazonaws.com", **trusted)  # type: ignore[arg-type]


@pytest.mark.parametrize(("account", "expected"), [("123456789012", True), ("210987654321", False)])
def test_a_trust_policys_conditions_count(aws: Aws, account: str, *, expected: bool) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = aws.iam.create_role(RoleName="careful", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    context = {"aws:SourceAccount": "123456789012"}
    trusted = trusts_service(
        account_id="123456789012", role_arn=arn, service="sagemaker.amazonaws.com", context=context
    )
    assert trusted is expected


def test_a_permissions_boundary_ends_what_a_role_may_do(aws: Aws) -> None:
    aws.role("bounded", [allow("*")], service="lambda.amazonaws.com")
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("sagemaker:Describe*")]})
    arn = aws.iam.create_policy(PolicyName="boundary", PolicyDocument=document)["Policy"]["Arn"]
    aws.iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=arn)
    aws.authorizer.register_session("ASIA0000000000000001", "bounded", "the-function")
    authorize(aws, "ASIA0000000000000001", "sagemaker:DescribeInferenceRecommendationsJob")
    with pytest.raises(AccessDenied):
        authorize(aws, "ASIA0000000000000001")
    aws.iam.delete_policy(PolicyArn=arn)
    with pytest.raises(AccessDenied):
        authorize(aws, "ASIA0000000000000001", "sagemaker:DescribeInferenceRecommendationsJob")
