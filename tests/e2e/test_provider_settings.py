"""A function and a state machine with everything that a platform's policies may demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, RemovalPolicy, Stack
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

from cdk_inference_recommender import InferenceRecommendationsJob, InferenceRecommenderProvider, ModelSource
from tests.e2e.applications import MODEL_PACKAGE_ARN, PAYLOAD_BUCKET
from tests.e2e.cloud_assembly import deploy, destroy
from tests.e2e.commands import requests_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e


def configured_app(folder: Path) -> Path:
    app = App(outdir=str(folder / "cdk.out"))
    stack = Stack(app, "Configured")
    log_group = logs.LogGroup(stack, "Log", removal_policy=RemovalPolicy.DESTROY)
    machine_log = logs.LogGroup(stack, "MachineLog", removal_policy=RemovalPolicy.DESTROY)
    InferenceRecommenderProvider.configure(
        stack,
        vpc=ec2.Vpc(stack, "Vpc", max_azs=1),
        environment_encryption=kms.Key(stack, "Key"),
        log_group=log_group,
        reserved_concurrent_executions=10,
        tracing=lambda_.Tracing.ACTIVE,
        state_machine_logs=sfn.LogOptions(destination=machine_log, level=sfn.LogLevel.ALL),
        on_failure=destinations.SqsDestination(sqs.Queue(stack, "Lost")),
        permissions_boundary=iam.ManagedPolicy(
            stack, "Boundary", statements=[iam.PolicyStatement(actions=["*"], resources=["*"])]
        ),
        memory_size=512,
    )
    InferenceRecommendationsJob(
        stack,
        "Job",
        model=ModelSource.from_model_package(MODEL_PACKAGE_ARN),
        input_buckets=[s3.Bucket.from_bucket_name(stack, "Payload", PAYLOAD_BUCKET)],
        image_repositories=[ecr.Repository.from_repository_name(stack, "Images", "images")],
    )
    app.synth()
    return folder / "cdk.out"


def test_a_configured_provider_deploys_a_job_and_goes(bootstrapped: LocalAws, tmp_path: Path) -> None:
    app = configured_app(tmp_path)
    assert deploy(bootstrapped, app) == []
    assert len(requests_of(bootstrapped, "Configured")) == 1
    destroy(bootstrapped, app)
