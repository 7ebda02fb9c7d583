"""A model that one stack declares and another one measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, Duration, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_ssm as ssm

from cdk_inference_recommender import (
    Domain,
    Framework,
    InferenceRecommendationsJob,
    ModelContainerConfig,
    ModelSource,
    PayloadConfig,
    Task,
)
from tests.e2e.cloud_assembly import deploy, destroy
from tests.e2e.commands import requests_of
from tests.sandbox.named_resources import put_image, put_object

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

PAYLOAD_URL = "s3://model-payloads/sample.tar.gz"
IMAGES = "123456789012.dkr.ecr.us-east-1.amazonaws.com/images"
CONFIG = ModelContainerConfig(
    domain=Domain.COMPUTER_VISION,
    task=Task.CLASSIFICATION,
    framework=Framework.PYTORCH,
    framework_version="2.1",
    payload_config=PayloadConfig(sample_payload_url=PAYLOAD_URL, supported_content_types=["application/json"]),
)


@pytest.fixture(scope="module", autouse=True)
def named(bootstrapped: LocalAws) -> None:
    """What the model and the job name."""
    put_object(bootstrapped.client, PAYLOAD_URL)
    for version in (1, 2):
        put_image(bootstrapped.client, f"{IMAGES}:{version}")


def model_app(folder: Path, *, version: int, through_parameter: bool) -> Path:
    """Two stacks: one has a model, and the other one measures it."""
    app = App(outdir=str(folder / "cdk.out"))
    declared, measured = Stack(app, "Declared"), Stack(app, "Measuring")
    model = sagemaker.CfnModel(
        declared,
        "Model",
        execution_role_arn=iam.Role(
            declared, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")
        ).role_arn,
        primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(image=f"{IMAGES}:{version}"),
    )
    name = model.attr_model_name
    if through_parameter:
        ssm.StringParameter(declared, "ModelName", parameter_name="/my-app/model", string_value=name)
        name = ssm.StringParameter.value_for_string_parameter(measured, "/my-app/model")
        measured.add_stack_dependency(declared)
    InferenceRecommendationsJob(
        measured,
        "Job",
        model=ModelSource.from_model(name, container_config=CONFIG),
        poll_interval=Duration.minutes(15),
        input_buckets=[s3.Bucket.from_bucket_name(measured, "Payload", "model-payloads")],
        image_repositories=[ecr.Repository.from_repository_name(measured, "Images", "images")],
    )
    app.synth(skip_validation=not through_parameter)
    return folder / "cdk.out"


def test_a_changed_model_reaches_the_job_through_a_parameter(bootstrapped: LocalAws, tmp_path: Path) -> None:
    for version in (1, 2):
        app = model_app(tmp_path / str(version), version=version, through_parameter=True)
        assert deploy(bootstrapped, app) == []
    old, new = (request["InputConfig"]["ModelName"] for request in requests_of(bootstrapped, "Measuring"))
    assert old != new
    # Other tests' models are in the same local AWS, and moto's ListModels doesn't filter.
    models = bootstrapped.client("sagemaker").list_models()["Models"]
    assert [model["ModelName"] for model in models if model["ModelName"].startswith("Declared-")] == [new]
    destroy(bootstrapped, app)


def test_a_reference_that_synthesis_refuses_keeps_the_model_from_changing(
    bootstrapped: LocalAws, tmp_path: Path
) -> None:
    first = model_app(tmp_path / "1", version=1, through_parameter=False)
    assert deploy(bootstrapped, first) == []
    reasons = deploy(bootstrapped, model_app(tmp_path / "2", version=2, through_parameter=False))
    assert [reason for reason in reasons if "in use by Measuring" in reason]
    destroy(bootstrapped, first)
