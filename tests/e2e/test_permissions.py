"""Each permission of the handler's role is used, and nothing is called that none of them allows.

Four stacks use all of them between them: one with an endpoint that is scaled, moved and scaled otherwise, and three
with a job that fails, that is deleted while it runs, and that is deleted before it could start.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, Environment
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    Constraints,
    InferenceRecommendationsJob,
    InferenceRecommenderProvider,
    ModelSource,
    RecommendedEndpoint,
)
from tests.e2e.applications import MODEL_PACKAGE_ARN, PAYLOAD_BUCKET

from .commands import until
from .conftest import local_aws
from .lifecycle_stack import LifecycleStack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aws_cdk import Stack

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

CALLED_BY_AWS_ALONE = {
    "logs:CreateLogStream": "Lambda writes the function's log",
    "logs:PutLogEvents": "Lambda writes the function's log",
    "sagemaker:DescribeModelPackage": "SageMaker looks the package up, if it does so with the caller's permissions",
    "kms:CreateGrant": "SageMaker creates grants for the job that its caller creates",
    "kms:Decrypt": "SageMaker checks the key of the job that its caller creates",
    "kms:DescribeKey": "SageMaker checks the key of the job that its caller creates",
    "kms:GenerateDataKey": "SageMaker checks the key of the job that its caller creates",
    "ec2:DescribeSubnets": "Lambda attaches the function to its VPC",
    "ec2:CreateNetworkInterface": "Lambda attaches the function to its VPC",
    "ec2:DeleteNetworkInterface": "Lambda detaches the function from its VPC",
    "ec2:AssignPrivateIpAddresses": "Lambda attaches the function to its VPC",
    "ec2:UnassignPrivateIpAddresses": "Lambda detaches the function from its VPC",
}
"""Actions that no code of the library calls, and that the local AWS doesn't try for its caller. Closed: see below."""


class ScaledStack(LifecycleStack):
    """A stack with an endpoint on a job's result."""

    def _declare(self, stack: Stack, jobs: int, props: Mapping[str, Any]) -> None:
        del jobs
        model = ModelSource.from_model_package(MODEL_PACKAGE_ARN)
        job = InferenceRecommendationsJob(
            stack,
            "Job",
            model=model,
            poll_interval=Duration.minutes(15),
            input_buckets=[s3.Bucket.from_bucket_name(stack, "Payload", PAYLOAD_BUCKET)],
            image_repositories=[ecr.Repository.from_repository_name(stack, "Images", "images")],
        )
        best = job.recommend_real_time("Best", constraints=props.get("constraints", Constraints()))
        endpoint = RecommendedEndpoint(stack, "Endpoint", recommendation=best, tags=props.get("tags"))
        scaling = best.recommend_scaling("Scaling", min_invocations=2000, max_invocations=8000)
        if props["policy"] == "Load":
            endpoint.auto_scale_instance_count(max_capacity=6).scale_on_invocations("Load")
        elif props["policy"] == "Recommended":
            count = endpoint.auto_scale_instance_count(min_capacity=scaling.min_capacity, max_capacity=6)
            count.scale_as_recommended("Recommended", scaling)


class RunningJobs(LifecycleStack):
    """A stack with a job that has a role, a key and a network of its own."""

    def _declare(self, stack: Stack, jobs: int, props: Mapping[str, Any]) -> None:
        network = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
        isolated = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
        InferenceRecommenderProvider.configure(stack, vpc=network, vpc_subnets=isolated)
        own = {
            "vpc": network,
            "vpc_subnets": isolated,
            "role": iam.Role.from_role_name(stack, "Given", props["role_name"]),
            "volume_encryption_key": kms.Key(stack, "Key"),
        }
        super()._declare(stack, jobs, {name: value for name, value in props.items() if name != "role_name"} | own)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    """A local AWS of its own: an account's first scaled endpoint calls what no other does."""
    with local_aws() as started:
        yield started


def role_of(stack: LifecycleStack) -> str:
    """Name of the handler's role."""
    resources = stack.aws.client("cloudformation").describe_stack_resources(StackName=stack.stack_id)["StackResources"]
    [found] = [
        each["PhysicalResourceId"]
        for each in resources
        if each["ResourceType"] == "AWS::IAM::Role"
        and each["LogicalResourceId"].startswith("InferenceRecommenderProviderRole")
    ]
    return str(found)


def statements_of(aws: LocalAws, role: str) -> Iterator[dict[str, Any]]:
    """What the role may do by its own policies, as IAM has them."""
    client = aws.client("iam")
    for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
        document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        yield from document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]


def actions_of(statement: Mapping[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else list(actions)


def test_every_permission_is_used_and_nothing_else_is_called(aws: LocalAws, tmp_path: Path) -> None:
    role_arn = "arn:aws:iam::123456789012:role/"
    given = aws.client("iam").create_role(
        RoleName="permissions-given",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ]
            }
        ),
    )["Role"]
    assert given["Arn"].startswith(role_arn)
    own = Environment(account="123456789012", region="us-east-1")
    scaled = ScaledStack(aws=aws, name="PermScaled", folder=tmp_path, environment=own)
    failed, queued, running = (
        RunningJobs(aws=aws, name=f"Perm{name}", folder=tmp_path) for name in ("Failed", "Queued", "Running")
    )
    common = {"role_name": given["RoleName"]}

    assert scaled.deploy(policy="Load") == "CREATE_COMPLETE", scaled.reasons()
    stacks = (scaled, failed, queued, running)
    granted: set[str] = set()

    def note(stack: LifecycleStack) -> None:
        granted.update(normalized(each, stacks) for each in statements_of(aws, role_of(stack)))

    note(scaled)
    [winner] = {each["InstanceType"] for each in variants(aws, scaled)}
    moved = Constraints(excluded_instance_families=[winner.split(".")[1]])
    assert scaled.deploy(policy="Recommended", constraints=moved, tags={"team": "a"}) == "UPDATE_COMPLETE", (
        scaled.reasons()
    )
    assert scaled.deploy(policy="Recommended", constraints=moved, tags={"owner": "b"}) == "UPDATE_COMPLETE"
    leave_policy_behind(aws, scaled)
    assert scaled.deploy(policy="Load", constraints=moved, tags={"owner": "b"}) == "UPDATE_COMPLETE", scaled.reasons()
    aws.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=endpoint_name(scaled),
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 4}],
    )
    scaled.after(3600)
    assert scaled.deploy(policy=None) == "UPDATE_COMPLETE", scaled.reasons()
    note(scaled)
    assert failed.deploy(**common) == "ROLLBACK_COMPLETE", "the role may do nothing, so that the job fails"
    assert failed.delete() == "DELETE_COMPLETE", failed.reasons()
    queued.order("quota", limit=0)
    queued.deploy(wait=False, **common)
    until(lambda: bool(queued.executions))
    assert queued.delete() == "DELETE_COMPLETE", queued.reasons()
    queued.order("clear")
    # A job is pending for half a minute, and runs for more than half an hour.
    with aws.in_real_time(speed=60):
        running.deploy(wait=False, **common)
        until(lambda: any(each["Status"] == "IN_PROGRESS" for each in map(running.job, running.requests)))
        note(running)
        running.delete(wait=False)
    assert running.wait() == "DELETE_COMPLETE", running.reasons()
    assert scaled.delete() == "DELETE_COMPLETE", scaled.reasons()

    calls = [each for each in aws.admin("authorized") if each["role"].startswith("Perm")]
    denied = {(each["role"], each["action"]) for each in calls if not each["allowed"]}
    assert not denied, "nothing is called that isn't granted"
    used = {(action_of(each), normalized(statement, stacks)) for each in calls for statement in each["statements"]}
    unused = {
        f"{action} of {written}"
        for written in granted
        for action in actions_of(json.loads(written))
        if json.loads(written)["Effect"] == "Allow"
        and action not in CALLED_BY_AWS_ALONE
        and (action, written) not in used
    }
    assert not unused, "Nothing uses:\n" + "\n".join(sorted(unused))
    called = {action_of(each) for each in calls}
    assert not CALLED_BY_AWS_ALONE.keys() & called, "what the library calls itself isn't AWS's alone"
    everything = {action for written in granted for action in actions_of(json.loads(written))}
    assert CALLED_BY_AWS_ALONE.keys() <= everything, "the list holds only what is granted"


def action_of(call: Mapping[str, Any]) -> str:
    return str(call["action"])


def normalized(statement: Mapping[str, Any], stacks: Iterable[LifecycleStack]) -> str:
    """A statement as it is in each of the stacks: without what names one of them."""
    written = json.dumps(statement, sort_keys=True)
    for stack in stacks:
        written = written.replace(stack.stack_id or stack.name, "STACK").replace(stack.name, "NAME")
    # CloudFormation puts characters of its own after the logical ids in names.
    return re.sub(r"NAME-(\w+)-\w+", r"NAME-\1", written)


def leave_policy_behind(aws: LocalAws, stack: LifecycleStack) -> None:
    """Put one policy more on the endpoint's variant, as from a recommendation that had two."""
    aws.client("application-autoscaling").put_scaling_policy(
        ServiceNamespace="sagemaker",
        ResourceId=f"endpoint/{endpoint_name(stack)}/variant/AllTraffic",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        PolicyName="inference-recommender-9",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 1000,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        },
    )


def variants(aws: LocalAws, stack: LifecycleStack) -> list[dict[str, Any]]:
    client = aws.client("sagemaker")
    configuration = client.describe_endpoint(EndpointName=endpoint_name(stack))["EndpointConfigName"]
    found: list[dict[str, Any]] = client.describe_endpoint_config(EndpointConfigName=configuration)[
        "ProductionVariants"
    ]
    return found


def endpoint_name(stack: LifecycleStack) -> str:
    return str(stack.resource("AWS::SageMaker::Endpoint")["PhysicalResourceId"]).rpartition("/")[2]
