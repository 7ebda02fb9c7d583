"""A winner that SageMaker Neo compiled, which no endpoint is made of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Duration, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import ContainerConfig, InferenceRecommendationsJob, ModelSource, RecommendedEndpoint
from tests.e2e.applications import MODEL_PACKAGE_ARN, PAYLOAD_BUCKET
from tests.e2e.cloud_assembly import deploy
from tests.e2e.commands import delete, job_status, requests_of
from tests.e2e.hosting import models

if TYPE_CHECKING:
    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e


def compiled_app(folder: Path) -> Path:
    app = App(outdir=str(folder / "cdk.out"))
    stack = Stack(app, "Compiled")
    model = ModelSource.from_model_package(
        MODEL_PACKAGE_ARN, container_config=ContainerConfig(data_input_config='{"input": [1, 3, 224, 224]}')
    )
    readable: dict[str, Any] = {
        "input_buckets": [s3.Bucket.from_bucket_name(stack, "Payload", PAYLOAD_BUCKET)],
        "image_repositories": [ecr.Repository.from_repository_name(stack, "Images", "images")],
    }
    job = InferenceRecommendationsJob(stack, "Job", model=model, poll_interval=Duration.minutes(15), **readable)
    best = job.recommend_real_time("Best")
    RecommendedEndpoint(stack, "Endpoint", recommendation=best, model=model, **readable)
    return Path(app.synth().directory)


def test_it_fails_with_what_to_do_and_leaves_nothing_that_costs(bootstrapped: LocalAws, tmp_path: Path) -> None:
    reasons = deploy(bootstrapped, compiled_app(tmp_path))
    [reason, *_] = [reason for reason in reasons if "that SageMaker Neo compiled" in reason]
    assert "nothing was deployed. Omit `data_input_config` in the job's container config" in reason
    delete(bootstrapped, "Compiled")
    [request] = requests_of(bootstrapped, "Compiled")
    assert job_status(bootstrapped, request["JobName"]) == "COMPLETED"
    client = bootstrapped.client("sagemaker")
    assert models(bootstrapped, "Compiled") == []
    assert not [each for each in client.list_endpoints()["Endpoints"] if "Compiled" in each["EndpointName"]]
    configurations = client.list_endpoint_configs()["EndpointConfigs"]
    assert not [each for each in configurations if "Compiled" in each["EndpointConfigName"]]
