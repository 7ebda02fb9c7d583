"""Who may do what: the handler, the default execution role, and those whom a user grants something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
import pytest
from aws_cdk import Aws, CfnParameter, Fn, IStableStringProducer, Lazy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from cdk_inference_recommender import ContainerConfig, InferenceRecommendationsJob, ModelSource, OutputConfig

from .synthesis import (
    JOB,
    PACKAGE_ARN,
    POLICY,
    Json,
    arn,
    default_job,
    given_role,
    logical_id,
    new_app,
    new_stack,
    only,
    resources,
    statements,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cdk_inference_recommender.inference_recommendations_job_base import InferenceRecommendationsJobBase

KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
USE_KEY = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
EVERY_KEY = arn("kms", "key/*")
OWN_KEY_ARN = {"Fn::GetAtt": ["OwnKey", "Arn"]}


def behind(alias: object) -> Json:
    return {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}


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


def role_reference(job: InferenceRecommendationsJob) -> Json:
    reference: Json = Stack.of(job).resolve(job.role.role_arn)
    return reference


def test_what_every_job_s_handler_may_do_is_the_same_in_every_stack() -> None:
    stack = new_stack()
    default_job(stack)
    template = template_of(stack)
    (role,) = (
        role["Properties"]
        for name, role in resources(template, "AWS::IAM::Role").items()
        if name.startswith("InferenceRecommenderProviderRole")
    )
    group = next(iter(resources(template, "AWS::Logs::LogGroup")))
    assert "ManagedPolicyArns" not in role
    assert {policy["PolicyName"]: policy["PolicyDocument"]["Statement"] for policy in role["Policies"]} == {
        "Logs": [allow(["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": [group, "Arn"]})],
        "InferenceRecommender": [
            allow(
                [
                    "sagemaker:DescribeInferenceRecommendationsJob",
                    "sagemaker:StopInferenceRecommendationsJob",
                    "sagemaker:GetScalingConfigurationRecommendation",
                    "sagemaker:ListTags",
                    "sagemaker:AddTags",
                    "sagemaker:DeleteTags",
                ],
                arn("sagemaker", "inference-recommendations-job/*"),
            ),
            allow(
                [
                    "sagemaker:ListInferenceRecommendationsJobs",
                    "sagemaker:ListInferenceRecommendationsJobSteps",
                    "ec2:DescribeNetworkInterfaces",
                ],
                "*",
            ),
        ],
    }


def test_the_handler_may_run_its_own_state_machine_only() -> None:
    stack = new_stack()
    default_job(stack)
    template = template_of(stack)
    (machine,) = resources(template, "AWS::StepFunctions::StateMachine")
    start, watch = statements(template, "InferenceRecommenderProviderStateMachineAccess")
    assert start == allow(["states:StartExecution", "states:ListExecutions"], {"Ref": machine})
    assert watch["Action"] == ["states:DescribeExecution", "states:StopExecution"]
    assert {"Fn::GetAtt": [machine, "Name"]} in watch["Resource"]["Fn::Join"][1]


def test_the_handler_creates_jobs_of_the_job_s_own_prefix_and_passes_its_role_to_sagemaker_only() -> None:
    stack = new_stack()
    job = default_job(stack, job_name_prefix="bert")
    assert statements(template_of(stack), "JobHandlerPolicy") == [
        allow("sagemaker:CreateInferenceRecommendationsJob", arn("sagemaker", "inference-recommendations-job/bert-*")),
        allow(
            "iam:PassRole",
            role_reference(job),
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]


def test_an_exact_name_is_the_only_one_that_may_be_created() -> None:
    stack = new_stack()
    default_job(stack, job_name="bert-2024")
    create, _ = statements(template_of(stack), "JobHandlerPolicy")
    assert create["Resource"] == arn("sagemaker", "inference-recommendations-job/bert-2024")


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
    props = {"volume_kms_key": given} if use == "volume" else {"output_config": OutputConfig(kms_key=given)}
    default_job(stack, **props)
    template = template_of(stack)
    assert statements(template, "JobHandlerPolicy")[2:] == [allow(USE_KEY, resource, condition)]
    of_role = (
        ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
        if use == "volume"
        else ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
    )
    assert allow(of_role, resource, condition) in statements(template, "JobRoleDefaultPolicy")


def test_a_key_of_another_stack_is_known_by_its_arn_there() -> None:
    app = new_app()
    keys = Stack(app, "Keys")
    stack = Stack(app, "Stack")
    default_job(stack, volume_kms_key=kms.Key(keys, "Key").key_id)
    (resource,) = [
        statement["Resource"]
        for statement in statements(template_of(stack), "JobHandlerPolicy")
        if "kms:CreateGrant" in statement["Action"]
    ]
    assert "Arn" in resource["Fn::ImportValue"]


def test_an_alias_made_in_the_stack_is_known_by_its_name() -> None:
    stack = new_stack()
    default_job(
        stack, volume_kms_key=kms.Alias(stack, "Alias", alias_name="alias/bert", target_key=kms.Key(stack, "Key"))
    )
    assert statements(template_of(stack), "JobHandlerPolicy")[2:] == [allow(USE_KEY, EVERY_KEY, BEHIND_ALIAS)]


def test_the_default_role_may_do_the_least_that_a_job_needs() -> None:
    stack = new_stack()
    job = default_job(stack)
    template = template_of(stack)
    role = resources(template, "AWS::IAM::Role")[logical_id(job.role)]["Properties"]  # type: ignore[arg-type]
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}}
    ]
    assert "ManagedPolicyArns" not in role
    bucket = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::payloads"]]}
    objects = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::payloads/*"]]}
    assert statements(template, "JobRoleDefaultPolicy") == [
        allow("sagemaker:DescribeModelPackage", PACKAGE_ARN),
        allow(
            [
                "sagemaker:CreateModel",
                "sagemaker:DescribeModel",
                "sagemaker:DeleteModel",
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:DeleteEndpointConfig",
                "sagemaker:CreateEndpoint",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DeleteEndpoint",
                "sagemaker:CreateCompilationJob",
                "sagemaker:DescribeCompilationJob",
                "sagemaker:StopCompilationJob",
                "sagemaker:InvokeEndpoint",
                "sagemaker:AddTags",
            ],
            [arn("sagemaker", f"{kind}/*") for kind in ("model", "endpoint-config", "endpoint", "compilation-job")],
        ),
        allow("cloudwatch:PutMetricData", "*"),
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            arn("logs", "log-group:/aws/sagemaker/*"),
        ),
        allow("iam:PassRole", role_reference(job)),
        allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], [bucket, objects]),
        allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
            arn("ecr", "repository/bert"),
        ),
        allow("ecr:GetAuthorizationToken", "*"),
    ]


def test_a_model_that_is_no_package_is_described_without_one() -> None:
    stack = new_stack()
    default_job(stack, model=ModelSource.from_model("bert", container_config=ContainerConfig()))
    actions = [statement["Action"] for statement in statements(template_of(stack, check=False), "JobRoleDefaultPolicy")]
    assert "sagemaker:DescribeModelPackage" not in actions


def test_the_default_role_writes_compiled_models_where_they_belong() -> None:
    stack = new_stack()
    default_job(stack, output_config=OutputConfig(compiled_output_s3_uri="s3://models/compiled/"))
    objects = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::models/compiled/*"]]}
    assert allow("s3:PutObject", objects) in statements(template_of(stack), "JobRoleDefaultPolicy")


@pytest.mark.parametrize("in_vpc", [False, True])
def test_the_default_role_makes_network_interfaces_in_a_vpc_only(*, in_vpc: bool) -> None:
    stack = new_stack()
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], private_subnet_ids=["subnet-1"]
    )
    default_job(stack, vpc=vpc if in_vpc else None)
    found = [
        statement["Action"]
        for statement in statements(template_of(stack), "JobRoleDefaultPolicy")
        if "ec2:CreateNetworkInterface" in statement["Action"]
    ]
    assert len(found) == in_vpc


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
    job = default_job(stack, role=role, vpc=vpc, volume_kms_key=KEY_ARN)
    template = template_of(stack)
    assert only(template, JOB)["Properties"]["Request"]["RoleArn"] == role_reference(job)
    assert not [name for name in resources(template, POLICY) if not name.startswith(("Infer", "JobHandlerPolicy"))]


@pytest.mark.parametrize(
    ("job", "lower_case"),
    [
        (lambda stack: default_job(stack, role=given_role(stack), job_name="BERT-1", exact_job_name=True), "bert-1"),
        (lambda stack: default_job(stack, role=given_role(stack), job_name="BERT"), "bert-*"),
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
