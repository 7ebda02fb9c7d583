"""An application with everything that a platform's policies may demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Acknowledgment, RemovalPolicy, Stack, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from cdk_inference_recommender import (
    InferenceRecommendationsJob,
    InferenceRecommenderProvider,
    ModelSource,
    RecommendedEndpoint,
)

if TYPE_CHECKING:
    from aws_cdk import Environment
    from constructs import Construct


def maximal_stack(scope: Construct, *, env: Environment | None = None, payload_bucket: str = "payloads") -> Stack:
    """Return a stack whose provider has every setting, with a job, what it recommends, and a scaled endpoint.

    Args:
        scope: The application, or a stage of it.
        env: Where the stack is deployed. Default: not known at synth.
        payload_bucket: Name of the bucket that the job reads from.
    """
    stack = Stack(scope, "Maximal", env=env)
    network = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    InferenceRecommenderProvider.configure(stack, **_settings(stack, network, key))
    package = stack.format_arn(service="sagemaker", resource="model-package", resource_name="image-classifier/1")
    job = InferenceRecommendationsJob(
        stack,
        "Job",
        model=ModelSource.from_model_package(package),
        input_buckets=[s3.Bucket.from_bucket_name(stack, "Payload", payload_bucket)],
        image_repositories=[ecr.Repository.from_repository_name(stack, "Images", "images")],
        volume_encryption_key=key,
        output_encryption_key=key,
        vpc=network,
        tags={"team": "search"},
    )
    job.add_outputs()
    Validations.of(InferenceRecommenderProvider.of(stack)).acknowledge(*_granted_by_the_queue())
    best = job.recommend_real_time("Best")
    best.publish("/maximal/best")
    endpoint = RecommendedEndpoint(stack, "Endpoint", recommendation=best, volume_encryption_key=key, vpc=network)
    endpoint.auto_scale_instance_count(max_capacity=3).scale_as_recommended("Load", best.recommend_scaling("Scaling"))
    return stack


def _granted_by_the_queue() -> list[Acknowledgment]:
    return [
        Acknowledgment(
            id=f"AwsSolutions::AwsSolutions-IAM5[Action::kms:{action}]",
            reason="The CDK's queue.grant_send_messages allows the use of the queue's key.",
        )
        for action in ("GenerateDataKey*", "ReEncrypt*")
    ]


def _settings(stack: Stack, network: ec2.Vpc, key: kms.Key) -> dict[str, Any]:
    log_group = logs.LogGroup(stack, "Log", removal_policy=RemovalPolicy.DESTROY)
    machine_log = logs.LogGroup(stack, "MachineLog", removal_policy=RemovalPolicy.DESTROY)
    lost = sqs.Queue(stack, "Lost", encryption_master_key=key, enforce_ssl=True)
    boundary = iam.ManagedPolicy(stack, "Boundary", statements=[iam.PolicyStatement(actions=["*"], resources=["*"])])
    return {
        "vpc": network,
        "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        "security_groups": [ec2.SecurityGroup(stack, "FunctionGroup", vpc=network)],
        "environment_encryption": key,
        "log_group": log_group,
        "reserved_concurrent_executions": 10,
        "tracing": lambda_.Tracing.ACTIVE,
        "state_machine_logs": sfn.LogOptions(destination=machine_log, level=sfn.LogLevel.ALL),
        "on_failure": destinations.SqsDestination(lost),
        "permissions_boundary": boundary,
        "memory_size": 512,
        "architecture": lambda_.Architecture.X86_64,
        "runtime": lambda_.Runtime.PYTHON_3_12,
    }
