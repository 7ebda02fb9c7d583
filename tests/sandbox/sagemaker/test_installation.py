"""The sandbox's SageMaker takes the place of moto's, and gives it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto.ec2.models import EC2Backend, ec2_backends
from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends

from inference_recommender_sandbox.sagemaker import check_moto, install
from tests.sandbox.model_package import SEEDED_PAYLOAD

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


def test_the_seeded_model_package_is_there(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/1"
    assert aws.sagemaker.describe_model_package(ModelPackageName=arn)["ModelPackageArn"] == arn


def test_it_is_there_in_every_region(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/image-classifier/1"
    client = aws.boto.client(
        "sagemaker", region_name="eu-west-1", aws_access_key_id="AKIAIOSFODNN7DEVELOP", aws_secret_access_key="none"
    )
    assert client.describe_model_package(ModelPackageName=arn)["ModelPackageArn"] == arn


def test_its_sample_payload_is_there_from_the_start(aws: Aws) -> None:
    aws.installation.seed(account_id="123456789012", region="us-east-1")
    bucket, _, key = SEEDED_PAYLOAD.removeprefix("s3://").partition("/")
    assert aws.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 0


def test_moto_gets_its_own_backends_back(aws: Aws) -> None:
    aws.installation.uninstall()
    assert sagemaker_backends.backend is SageMakerModelBackend
    assert ec2_backends.backend is EC2Backend


def test_installing_again_forgets_everything(aws: Aws) -> None:
    aws.create()
    again = install(clock=aws.clock)
    assert aws.sagemaker.list_inference_recommendations_jobs()["InferenceRecommendationsJobs"] == []
    assert again.received_requests() == []
    again.uninstall()


def test_a_moto_without_what_is_overridden_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(SageMakerModelBackend, "describe_model")
    with pytest.raises(RuntimeError, match=r"moto \S+ lacks moto\.sagemaker\.\S+\.describe_model"):
        check_moto()
