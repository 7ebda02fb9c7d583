"""A job whose role lacks something starts, and fails late with IAM's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.iam.models import AWSManagedPolicy, aws_managed_policies_data, iam_backends

from tests.sandbox.model_package import SEEDED_PAYLOAD, complete_package
from tests.sandbox.named_resources import put_object

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws

BASE = [
    "cloudwatch:PutMetricData",
    "iam:PassRole",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateModel",
    "sagemaker:DeleteEndpoint",
    "sagemaker:DeleteEndpointConfig",
    "sagemaker:DeleteModel",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeModel",
    "sagemaker:DescribeModelPackage",
    "sagemaker:InvokeEndpoint",
]
PAYLOAD_URL = "s3://payloads/image.tar.gz"
PAYLOAD: dict[str, Any] = {
    "ContainerConfig": {
        "PayloadConfig": {
            "SamplePayloadUrl": PAYLOAD_URL,
            "SupportedContentTypes": ["application/json"],
        }
    }
}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def allow(action: Any, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def outcome(aws: Aws, *statements: dict[str, Any], **source: Any) -> Any:
    reading = allow("s3:GetObject", f"arn:aws:s3:::{SEEDED_PAYLOAD.removeprefix('s3://')}")
    arn = aws.role("own", [*statements, reading])
    aws.create(RoleArn=arn, InputConfig=aws.request()["InputConfig"] | source)
    assert aws.status() == "PENDING"
    described = aws.finish()
    return described["Status"], described.get("FailureReason", "")


def test_the_least_that_a_job_needs_is_enough(aws: Aws) -> None:
    assert outcome(aws, allow(BASE)) == ("COMPLETED", "")


@pytest.mark.parametrize("action", BASE)
def test_every_part_of_the_least_is_needed(aws: Aws, action: str) -> None:
    status, reason = outcome(aws, allow([each for each in BASE if each != action]))
    assert status == "FAILED"
    assert reason.startswith("User: arn:aws:sts::123456789012:assumed-role/own/SageMaker is not authorized to perform:")
    assert f"the {action} action" in reason


def test_the_failure_comes_five_minutes_after_the_start(aws: Aws) -> None:
    aws.create(RoleArn=aws.role("own", []))
    aws.clock.sleep(299)
    assert aws.status() == "IN_PROGRESS"
    aws.clock.sleep(1)
    assert aws.status() == "FAILED"


@pytest.mark.parametrize(
    ("source", "action", "resource"),
    [
        (PAYLOAD, "s3:GetObject", "arn:aws:s3:::payloads/image.tar.gz"),
        ({"VolumeKmsKeyId": KEY}, "kms:CreateGrant", KEY),
        ({"VolumeKmsKeyId": KEY}, "kms:GenerateDataKey", KEY),
        (
            {"VolumeKmsKeyId": "alias/volumes"},
            "kms:CreateGrant",
            "arn:aws:kms:us-east-1:123456789012:alias/volumes",
        ),
    ],
)
def test_what_the_request_names_must_be_allowed(aws: Aws, source: dict[str, Any], action: str, resource: str) -> None:
    kms = [each for each in ("kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey") if each != action]
    status, reason = outcome(aws, allow(BASE), allow(kms), **source)
    assert status == "FAILED"
    assert f"{action} on resource: {resource}" in reason


def test_what_the_request_names_is_enough_on_its_own_resource(aws: Aws) -> None:
    put_object(aws.client, PAYLOAD_URL)
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    payload = allow("s3:GetObject", "arn:aws:s3:::payloads/*")
    assert outcome(aws, allow(BASE), payload, allow("kms:*", key), VolumeKmsKeyId=key, **PAYLOAD)[0] == "COMPLETED"


@pytest.mark.parametrize(
    ("services", "status"),
    [
        (["sagemaker", "s3"], "COMPLETED"),
        (["sagemaker"], "FAILED"),
        (["s3"], "FAILED"),
        (["ec2"], "FAILED"),
    ],
)
def test_a_key_is_used_through_the_service_that_encrypts_with_it(aws: Aws, services: list[str], status: str) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    condition = {"StringLike": {"kms:ViaService": [f"{service}.us-east-1.*" for service in services]}}
    reading = allow("s3:GetObject", f"arn:aws:s3:::{SEEDED_PAYLOAD.removeprefix('s3://')}")
    role = aws.role("own", [allow(BASE), reading, {**allow("kms:*", key), "Condition": condition}])
    source = aws.request()["InputConfig"] | {"VolumeKmsKeyId": key}
    aws.create(RoleArn=role, InputConfig=source, OutputConfig={"KmsKeyId": key})
    assert aws.finish()["Status"] == status


def test_the_managed_policy_is_enough_for_buckets_named_after_sagemaker_only(aws: Aws) -> None:
    name = "AmazonSageMakerFullAccess"
    arn = aws.role("managed", [])
    data = json.loads(aws_managed_policies_data)[name]
    policy = AWSManagedPolicy.from_data(name, "123456789012", "us-east-1", data)
    policy.attach_to(iam_backends["123456789012"]["aws"].get_role("managed"))
    source = aws.request()["InputConfig"]
    put_object(aws.client, PAYLOAD_URL)
    put_object(aws.client, "s3://my-sagemaker-payloads/image.tar.gz")
    aws.create("without", RoleArn=arn)
    aws.create("elsewhere", RoleArn=arn, InputConfig=source | PAYLOAD)
    named = {
        "SamplePayloadUrl": "s3://my-sagemaker-payloads/image.tar.gz",
        "SupportedContentTypes": ["application/json"],
    }
    aws.create("named", RoleArn=arn, InputConfig=source | {"ContainerConfig": {"PayloadConfig": named}})
    assert aws.finish("without")["Status"] == "COMPLETED"
    assert "s3:GetObject" in aws.finish("elsewhere")["FailureReason"]
    assert aws.finish("named")["Status"] == "COMPLETED"


def test_a_package_with_its_own_image_artifacts_and_payload_needs_reading_them(aws: Aws) -> None:
    aws.sagemaker.create_model_package_group(ModelPackageGroupName="own")
    container = {
        "Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/serving:1",
        "ModelDataUrl": "s3://models/model.tar.gz",
    }
    package = aws.sagemaker.create_model_package(
        ModelPackageGroupName="own",
        **complete_package(**container) | {"SamplePayloadUrl": PAYLOAD_URL},
    )["ModelPackageArn"]
    needed = [
        ("s3:GetObject", "arn:aws:s3:::payloads/image.tar.gz"),
        ("s3:GetObject", "arn:aws:s3:::models/model.tar.gz"),
        ("ecr:GetAuthorizationToken", "*"),
        ("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:123456789012:repository/team/serving"),
    ]
    source = {"ModelPackageVersionArn": package}
    for number, (action, resource) in enumerate(needed):
        others = [allow(each, place) for each, place in needed if (each, place) != (action, resource)]
        pulling = allow(["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"])
        role = aws.role(f"own-{number}", [allow(BASE), pulling, *others])
        aws.create(f"job-{number}", RoleArn=role, InputConfig=source)
        assert f"{action} on resource: {resource}" in aws.finish(f"job-{number}")["FailureReason"]
