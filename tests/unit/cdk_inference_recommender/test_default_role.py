"""The roles that the library creates: what they may do, and where that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
import pytest
from aws_cdk import Aspects, Environment, IAspect, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import ModelSource, RecommendedEndpoint
from cdk_inference_recommender.permissions.inline_policy_size import MAX_INLINE_POLICY_SIZE, inline_policy_size_of

from .dependency_order import before
from .synthesis import (
    ACCOUNT,
    JOB,
    MODEL_CONFIG,
    PACKAGE_ARN,
    POLICY,
    REGION,
    Json,
    default_job,
    images,
    logical_id,
    new_stack,
    payloads,
    resources,
    role_statements,
    statements,
    template_of,
)

if TYPE_CHECKING:
    from constructs import IConstruct

ENVIRONMENT = Environment(account=ACCOUNT, region=REGION)
NAME = "StackJob8BBF23D7"
TO_SAGEMAKER = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def allow(actions: str | list[str], resource: Any, condition: Json | None = None) -> Json:
    statement: Json = {"Action": actions, "Effect": "Allow", "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def known_arn(service: str, resource: str, *, account: str = ACCOUNT) -> Json:
    """An ARN of a stack whose account and Region are known."""
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":{service}:{REGION}:{account}:{resource}"]]}


def of_sagemaker(resource: str) -> Json:
    return known_arn("sagemaker", resource)


def job_role(template: Json) -> Json:
    (role,) = (role for name, role in resources(template, "AWS::IAM::Role").items() if name.startswith("JobRole"))
    properties: Json = role["Properties"]
    return properties


def test_it_may_do_the_least_that_a_job_needs_all_of_it_inline() -> None:
    stack = new_stack(env=ENVIRONMENT)
    job = default_job(stack)
    template = template_of(stack)
    role = job_role(template)
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}}
    ]
    assert "ManagedPolicyArns" not in role
    assert not [name for name in resources(template, POLICY) if name.startswith("Job")]
    bucket = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::payloads"]]}
    objects = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::payloads/*"]]}
    (passed,) = (found for found in role_statements(template, "JobRole") if found["Action"] == "iam:PassRole")
    assert role_statements(template, "JobRole") == [
        allow("sagemaker:DescribeModelPackage", PACKAGE_ARN),
        allow(
            ["sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:DeleteModel", "sagemaker:AddTags"],
            of_sagemaker("model/*"),
        ),
        allow(
            [
                "sagemaker:CreateEndpointConfig",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:DeleteEndpointConfig",
                "sagemaker:CreateEndpoint",
                "sagemaker:AddTags",
            ],
            of_sagemaker("endpoint-config/*"),
        ),
        allow(
            [
                "sagemaker:CreateEndpoint",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DeleteEndpoint",
                "sagemaker:InvokeEndpoint",
                "sagemaker:AddTags",
            ],
            of_sagemaker("endpoint/*"),
        ),
        allow(
            [
                "sagemaker:CreateCompilationJob",
                "sagemaker:DescribeCompilationJob",
                "sagemaker:StopCompilationJob",
                "sagemaker:AddTags",
            ],
            of_sagemaker("compilation-job/*"),
        ),
        allow("cloudwatch:PutMetricData", "*"),
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            known_arn("logs", "log-group:/aws/sagemaker/*"),
        ),
        allow("iam:PassRole", passed["Resource"], TO_SAGEMAKER),
        allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"], [bucket, objects]),
        allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
            known_arn("ecr", "repository/bert"),
        ),
        allow("ecr:GetAuthorizationToken", "*"),
    ]
    assert logical_id(job.role) in before(template, logical_id(job))


def test_it_may_pass_itself_and_no_other_role() -> None:
    stack = new_stack()
    default_job(stack, "First")
    default_job(stack, "Second")
    template = template_of(stack)
    paths = []
    for name in ("First", "Second"):
        (role,) = (role for key, role in resources(template, "AWS::IAM::Role").items() if key.startswith(name))
        path = stack.resolve(role["Properties"]["Path"])["Fn::Join"][1]
        (passed,) = (found for found in role_statements(template, f"{name}Role") if found["Action"] == "iam:PassRole")
        own = passed["Resource"]["Fn::Join"][1]
        assert own[-3:] == [f":role{path[0]}", {"Ref": "AWS::Region"}, f"{path[2]}*"]
        assert path[0] == "/cdk-inference-recommender/"
        assert path[2].startswith("/Stack/")
        paths.append(path[2])
    first, second = paths
    assert not first.startswith(second)
    assert not second.startswith(first)


def test_a_model_that_is_no_package_is_described_without_one() -> None:
    stack = new_stack()
    default_job(stack, model=ModelSource.from_model("bert", container_config=MODEL_CONFIG))
    actions = [statement["Action"] for statement in role_statements(template_of(stack, check=False), "JobRole")]
    assert "sagemaker:DescribeModelPackage" not in actions


def test_it_writes_compiled_models_where_they_belong() -> None:
    stack = new_stack()
    default_job(stack, compiled_output_s3_uri="s3://models/compiled/")
    objects = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::models/compiled/*"]]}
    assert allow(["s3:GetObject", "s3:PutObject"], objects) in role_statements(template_of(stack), "JobRole")


def test_what_is_granted_to_it_later_is_a_policy_of_its_own() -> None:
    stack = new_stack()
    job = default_job(stack)
    s3.Bucket.from_bucket_name(stack, "Later", "later").grant_read(job)
    template = template_of(stack)
    (granted,) = statements(template, "JobRoleDefaultPolicy")
    assert "later" in str(granted["Resource"])
    assert "later" not in str(job_role(template))


def test_a_key_a_repository_and_a_bucket_may_name_the_role_that_reads_them() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    repository = ecr.Repository(stack, "Repository")
    bucket = s3.Bucket(stack, "Bucket", encryption_key=key)
    job = default_job(stack, input_buckets=[bucket], image_repositories=[repository], volume_encryption_key=key)
    role = iam.ArnPrincipal(job.role.role_arn)
    key.add_to_resource_policy(iam.PolicyStatement(actions=["kms:Decrypt"], resources=["*"], principals=[role]))
    repository.add_to_resource_policy(iam.PolicyStatement(actions=["ecr:BatchGetImage"], principals=[role]))
    template = template_of(stack)
    there = before(template, logical_id(job))
    assert {logical_id(each) for each in (key, repository, bucket)} <= there
    named = {str(found["Resource"]) for found in statements(template, "JobRoleDefaultPolicy")}
    assert any(logical_id(bucket) in name for name in named)
    assert logical_id(key) not in str(job_role(template))


def test_a_bucket_of_another_stack_is_inline() -> None:
    stack = new_stack()
    bucket = s3.Bucket(Stack(stack.node.scope, "Data"), "Bucket")  # type: ignore[arg-type]
    default_job(stack, input_buckets=[bucket])
    template = template_of(stack)
    assert "Fn::ImportValue" in str(job_role(template)["Policies"])
    assert not statements(template, "JobRoleDefaultPolicy")


@pytest.mark.parametrize("count", [1, 20, 60, 150])
def test_however_many_buckets_there_are_iam_takes_it(count: int) -> None:
    stack = new_stack()
    buckets = [
        s3.Bucket.from_bucket_name(stack, f"Bucket{index}", f"payloads-of-team-{index:03}") for index in range(count)
    ]
    job = default_job(stack, input_buckets=buckets)
    template = template_of(stack)
    inline = role_statements(template, "JobRole")
    managed = [
        statement
        for policy in resources(template, "AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    granted = str([*inline, *managed])
    assert all(f"payloads-of-team-{index:03}/*" in granted for index in range(count))
    assert isinstance(job.role, iam.Role)
    assert inline_policy_size_of(job.role, within=job.role) <= MAX_INLINE_POLICY_SIZE
    assert bool(managed) == (count > 1), "the CDK's own, where it counts more than 10,000"


@jsii.implements(IAspect)
class MovesRoles:
    """What a company's rule for paths may look like."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, iam.CfnRole):
            node.path = "/company/"


def test_a_role_whose_path_an_aspect_changes_is_passed_by_name() -> None:
    stack = new_stack()
    job = default_job(stack)
    best = job.recommend_real_time("Best")
    model = ModelSource.from_model_package(PACKAGE_ARN)
    RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        model=model,
        input_buckets=[payloads(stack)],
        image_repositories=[images(stack)],
    )
    Aspects.of(stack).add(MovesRoles())
    template = template_of(stack)
    assert job_role(template)["Path"] == "/company/"
    moved = {name: policy["Properties"] for name, policy in resources(template, POLICY).items() if "PassRole" in name}
    assert len(moved) == 2
    for name, waiting in (("JobRole", JOB), ("EndpointRole", "Custom::RecommendedModel")):
        ((policy, properties),) = ((key, value) for key, value in moved.items() if key.startswith(name))
        (statement,) = properties["PolicyDocument"]["Statement"]
        assert statement["Condition"] == TO_SAGEMAKER
        assert statement["Resource"]["Fn::GetAtt"][0].startswith(name)
        (resource,) = resources(template, waiting)
        assert policy in before(template, resource)
        # The job's role passes itself, too.
        assert len(properties["Roles"]) == (2 if waiting == JOB else 1)
