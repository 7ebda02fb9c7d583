"""What keys, roles that are handed in, and grants allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
import pytest
from aws_cdk import Aws, CfnParameter, Fn, IStableStringProducer, Lazy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from cdk_inference_recommender import InferenceRecommendationsJob
from cdk_inference_recommender.permissions.kms_key import grant_key

from .request.request_documents import DEFAULT, with_value, without
from .synthesis import (
    JOB,
    POLICY,
    Json,
    arn,
    default_job,
    given_role,
    images,
    logical_id,
    new_app,
    new_stack,
    only,
    payloads,
    resources,
    role_statements,
    statements,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cdk_inference_recommender.job.base import InferenceRecommendationsJobBase

KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
USE_KEY = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
BY_AWS_SERVICE = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
EVERY_KEY = arn("kms", "key/*")
OWN_KEY_ARN = {"Fn::GetAtt": ["OwnKey", "Arn"]}


def behind(alias: object) -> Json:
    return {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}


HANDLER_ROLE = "InferenceRecommenderProviderRole"
BEHIND_ALIAS = behind("alias/bert")


@jsii.implements(IStableStringProducer)
class Later:
    def __init__(self, text: str) -> None:
        self._text = text

    def produce(self) -> str:
        return self._text


def own_key_id(stack: Stack) -> str:
    return kms.CfnKey(stack, "OwnKey").ref


def own_alias(stack: Stack) -> kms.Alias:
    return kms.Alias(stack, "OwnAlias", alias_name="alias/bert", target_key=kms.Key(stack, "Key"))


def allow(actions: str | list[str], resource: Any, condition: Json | None = None) -> Json:
    statement: Json = {"Action": actions, "Effect": "Allow", "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


@pytest.mark.parametrize(
    ("key", "resource", "condition"),
    [
        (KEY_ARN, KEY_ARN, None),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", arn("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab"), None),
        ("alias/bert", EVERY_KEY, BEHIND_ALIAS),
        (
            "arn:aws:kms:us-east-1:210987654321:alias/bert",
            "arn:aws:kms:us-east-1:210987654321:key/*",
            BEHIND_ALIAS,
        ),
        (lambda stack: CfnParameter(stack, "KeyArn").value_as_string, {"Ref": "KeyArn"}, None),
        (lambda stack: kms.Key.from_key_arn(stack, "Key", KEY_ARN), KEY_ARN, None),
        (lambda stack: kms.Alias.from_alias_name(stack, "Alias", "alias/bert"), EVERY_KEY, BEHIND_ALIAS),
        (
            lambda stack: Stack.of(stack).format_arn(service="kms", resource="alias", resource_name="bert"),
            EVERY_KEY,
            BEHIND_ALIAS,
        ),
        (own_key_id, OWN_KEY_ARN, None),
        (lambda stack: kms.CfnKey(stack, "OwnKey").attr_key_id, OWN_KEY_ARN, None),
        (lambda stack: own_alias(stack).alias_name, EVERY_KEY, BEHIND_ALIAS),
        (lambda stack: own_alias(stack).key_arn, EVERY_KEY, BEHIND_ALIAS),
        (lambda _: Lazy.string(Later("alias/bert")), EVERY_KEY, BEHIND_ALIAS),
        (lambda _: Lazy.string(Later(KEY_ARN)), KEY_ARN, None),
        (
            lambda stack: kms.CfnAlias(stack, "OwnAlias", alias_name="alias/bert", target_key_id="bert").ref,
            EVERY_KEY,
            behind({"Ref": "OwnAlias"}),
        ),
        (
            lambda _: Fn.join("", ["alias/", Aws.STACK_NAME]),
            EVERY_KEY,
            behind({"Fn::Join": ["", ["alias/", {"Ref": "AWS::StackName"}]]}),
        ),
        (lambda _: Fn.sub("alias/${AWS::StackName}"), EVERY_KEY, behind({"Fn::Sub": "alias/${AWS::StackName}"})),
        ("{{resolve:ssm:/kms/alias/bert}}", "{{resolve:ssm:/kms/alias/bert}}", None),
    ],
    ids=[
        "ARN",
        "id",
        "alias",
        "alias ARN",
        "token",
        "key",
        "alias construct",
        "alias ARN with tokens",
        "id of a key",
        "id attribute of a key",
        "name of an alias",
        "ARN of an alias",
        "late alias",
        "late ARN",
        "reference to an alias",
        "joined alias",
        "substituted alias",
        "dynamic reference",
    ],
)
@pytest.mark.parametrize("use", ["volume", "output"])
def test_who_needs_a_key_may_use_it(key: Any, resource: Any, condition: Json | None, use: str) -> None:
    stack = new_stack()
    given = key(stack) if callable(key) else key
    if isinstance(given, str):
        place = ("InputConfig", "VolumeKmsKeyId") if use == "volume" else ("OutputConfig",)
        document = with_value(DEFAULT, place, given if use == "volume" else {"KmsKeyId": given})
        access: Json = {"input_buckets": [payloads(stack)], "image_repositories": [images(stack)]}
        InferenceRecommendationsJob.from_cli_input(stack, "Job", without(document, ("RoleArn",)), **access)
    else:
        default_job(stack, **{f"{use}_encryption_key": given})
    template = template_of(stack)
    granting = allow("kms:CreateGrant", resource, {**(condition or {}), **BY_AWS_SERVICE})
    of_handler = role_statements(template, HANDLER_ROLE)
    assert allow(USE_KEY, resource, condition) in of_handler
    assert granting in of_handler
    of_role = (
        ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
        if use == "volume"
        else ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
    )
    found = role_statements(template, "JobRole")
    assert allow(of_role, resource, condition) in found
    assert (granting in found) == (use == "volume")
    assert all(each == granting for each in (*found, *of_handler) if "kms:CreateGrant" in each["Action"])


def test_a_key_of_another_stack_is_known_by_its_arn_there() -> None:
    app = new_app()
    keys = Stack(app, "Keys")
    stack = Stack(app, "Stack")
    default_job(stack, volume_encryption_key=kms.Key(keys, "Key"))
    (resource,) = [
        statement["Resource"]
        for statement in role_statements(template_of(stack), HANDLER_ROLE)
        if "kms:CreateGrant" in statement["Action"]
    ]
    assert "Arn" in resource["Fn::ImportValue"]


@pytest.mark.parametrize("make", [kms.Key, kms.CfnKey])
def test_only_aws_services_create_grants_for_any_role(make: Callable[[Stack, str], kms.Key | kms.CfnKey]) -> None:
    stack = new_stack()
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    condition = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    grant_key(stack, make(stack, "Key"), role, "kms:CreateGrant", "kms:Decrypt", condition=condition)
    found = role_statements(template_of(stack, check=False), "Role")
    assert [(each["Action"], each["Condition"]) for each in found] == [
        ("kms:CreateGrant", {**condition, **BY_AWS_SERVICE}),
        ("kms:Decrypt", condition),
    ]


def test_an_alias_made_in_the_stack_is_known_by_its_name() -> None:
    stack = new_stack()
    default_job(
        stack,
        volume_encryption_key=kms.Alias(stack, "Alias", alias_name="alias/bert", target_key=kms.Key(stack, "Key")),
    )
    assert allow(USE_KEY, EVERY_KEY, BEHIND_ALIAS) in role_statements(template_of(stack), HANDLER_ROLE)


@pytest.mark.parametrize("kind", ["imported", "made here", "frozen"])
def test_a_role_that_is_handed_in_gets_no_policy(kind: str) -> None:
    stack = new_stack()
    role = given_role(stack)
    if kind != "imported":
        made = iam.Role(stack, "Made", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        role = made.without_policy_updates() if kind == "frozen" else made
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], private_subnet_ids=["subnet-1"]
    )
    job = default_job(stack, role=role, vpc=vpc, volume_encryption_key=kms.Key.from_key_arn(stack, "Key", KEY_ARN))
    template = template_of(stack)
    assert only(template, JOB)["Properties"]["Request"]["RoleArn"] == stack.resolve(job.role.role_arn)
    assert not [name for name in resources(template, POLICY) if not name.startswith("InferenceRecommenderProvider")]


@pytest.mark.parametrize(
    ("job", "lower_case"),
    [
        (lambda stack: default_job(stack, role=given_role(stack), job_name="BERT-1"), "bert-1"),
        (lambda stack: default_job(stack, role=given_role(stack), job_name_prefix="BERT"), "bert-*"),
        (lambda stack: InferenceRecommendationsJob.from_job_name(stack, "Job", "BERT-1"), "bert-1"),
    ],
    ids=["exact name", "prefix", "existing job"],
)
def test_grants_on_a_name_with_capitals_reach_it_as_it_is_written_and_in_lower_case(
    job: Callable[[Stack], InferenceRecommendationsJobBase], lower_case: str
) -> None:
    stack = new_stack()
    declared = job(stack)
    declared.grants.stop(iam.User(stack, "User")).assert_success()
    [statement] = statements(template_of(stack), "UserDefaultPolicy")
    in_lower_case = arn("sagemaker", f"inference-recommendations-job/{lower_case}")
    assert statement["Resource"] == [stack.resolve(declared.job_arn), in_lower_case]


def test_grants_on_an_arn_with_capitals_reach_it_as_it_is_written_and_in_lower_case() -> None:
    stack, start = new_stack(), "arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/"
    InferenceRecommendationsJob.from_job_arn(stack, "Job", f"{start}BERT").grants.stop(iam.User(stack, "User"))
    [statement] = statements(template_of(stack), "UserDefaultPolicy")
    assert statement["Resource"] == [f"{start}BERT", f"{start}bert"]


def test_grants_on_a_name_that_is_a_token_reach_it_as_it_resolves() -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", CfnParameter(stack, "Name").value_as_string)
    job.grants.stop(iam.User(stack, "User"))
    [statement] = statements(template_of(stack), "UserDefaultPolicy")
    assert statement["Resource"] == stack.resolve(job.job_arn)


@pytest.mark.parametrize("existing", [False, True])
def test_grants_reach_as_far_as_the_job(*, existing: bool) -> None:
    stack = new_stack()
    job = (
        InferenceRecommendationsJob.from_job_name(stack, "Job", "bert")
        if existing
        else default_job(stack, role=given_role(stack))
    )
    user = iam.User(stack, "User")
    job.grants.read(user).assert_success()
    job.grants.stop(user).assert_success()
    job.grants.actions(user, "sagemaker:ListTags", "sagemaker:AddTags").assert_success()
    name = "bert" if existing else {"Ref": logical_id(job)}
    prefix = "inference-recommendations-job/"
    own = arn("sagemaker", f"{prefix}bert") if existing else arn("sagemaker", prefix)
    if not existing:
        own["Fn::Join"][1].append(name)
    assert statements(template_of(stack), "UserDefaultPolicy") == [
        allow("sagemaker:ListInferenceRecommendationsJobSteps", "*"),
        allow(
            ["sagemaker:DescribeInferenceRecommendationsJob", "sagemaker:GetScalingConfigurationRecommendation"], own
        ),
        allow("sagemaker:StopInferenceRecommendationsJob", own),
        allow(["sagemaker:ListTags", "sagemaker:AddTags"], own),
    ]
