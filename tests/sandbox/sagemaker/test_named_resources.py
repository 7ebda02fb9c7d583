"""What a job or a model names must exist: a model is refused without it, and a job fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from inference_recommender_sandbox.sagemaker.named_resources import ImageLocation, S3Location
from tests.sandbox.model_package import complete_package
from tests.sandbox.named_resources import put_image, put_object

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = f"{REGISTRY}/team/serving:1"
MODEL = "s3://models/one/model.tar.gz"
PAYLOAD = "s3://payloads/image.tar.gz"


def payload(url: str = PAYLOAD) -> dict[str, Any]:
    config = {"SamplePayloadUrl": url, "SupportedContentTypes": ["application/json"]}
    return {"ContainerConfig": {"PayloadConfig": config}}


def failure(aws: Aws, *, output: dict[str, Any] | None = None, **source: Any) -> str:
    """Return why a job with this input fails; nothing if it completes."""
    more: dict[str, Any] = {"OutputConfig": output} if output else {}
    aws.create(InputConfig=aws.request()["InputConfig"] | source, **more)
    assert aws.status() == "PENDING"
    return str(aws.finish().get("FailureReason", ""))


def package(aws: Aws, **container: str) -> str:
    aws.sagemaker.create_model_package_group(ModelPackageGroupName="own")
    arn: str = aws.sagemaker.create_model_package(ModelPackageGroupName="own", **complete_package(**container))[
        "ModelPackageArn"
    ]
    return arn


def test_a_jobs_payload_must_be_an_object_that_isnt_empty(aws: Aws) -> None:
    assert failure(aws, **payload()) == f"PayloadError: there is no object at {PAYLOAD}."


def test_an_empty_payload_fails_the_job(aws: Aws) -> None:
    put_object(aws.client, PAYLOAD, b"")
    assert failure(aws, **payload()) == f"PayloadError: the object is empty at {PAYLOAD}."


def test_a_payload_that_is_there_will_do(aws: Aws) -> None:
    put_object(aws.client, PAYLOAD)
    assert failure(aws, **payload("https://payloads.s3.us-east-1.amazonaws.com/image.tar.gz")) == ""


def test_a_packages_artifacts_must_exist_when_a_job_starts(aws: Aws) -> None:
    arn = package(aws, ModelDataUrl=MODEL)
    assert f"Could not find model data at {MODEL}." in failure(aws, ModelPackageVersionArn=arn)


def test_a_packages_image_must_exist_when_a_job_starts(aws: Aws) -> None:
    arn = package(aws, Image=IMAGE)
    assert f"Requested image {IMAGE} not found." in failure(aws, ModelPackageVersionArn=arn)


def test_a_package_with_what_it_names_will_do(aws: Aws) -> None:
    put_object(aws.client, MODEL)
    put_image(aws.client, IMAGE)
    assert failure(aws, ModelPackageVersionArn=package(aws, ModelDataUrl=MODEL, Image=IMAGE)) == ""


@pytest.mark.parametrize("member", ["VolumeKmsKeyId", "KmsKeyId"])
@pytest.mark.parametrize("key", ["alias/none", "1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_a_jobs_keys_must_exist(aws: Aws, member: str, key: str) -> None:
    reason = failure(aws, output={member: key}) if member == "KmsKeyId" else failure(aws, VolumeKmsKeyId=key)
    assert key in reason
    assert "does not exist" in reason


def test_a_jobs_key_must_be_enabled(aws: Aws) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
    kms.disable_key(KeyId=key)
    assert "is disabled" in failure(aws, VolumeKmsKeyId="alias/mine")


def test_the_bucket_of_compiled_models_must_exist(aws: Aws) -> None:
    output = {"CompiledOutputConfig": {"S3OutputUri": "s3://compiled/models"}}
    assert failure(aws, output=output) == "The specified bucket does not exist: s3://compiled/models"


def test_an_inference_specification_must_be_the_packages(aws: Aws) -> None:
    request = aws.advanced_request(
        EndpointConfigurations=[{"InstanceType": "ml.c5.xlarge", "InferenceSpecificationName": "other"}]
    )
    with pytest.raises(ClientError, match="no additional inference specification named other"):
        aws.sagemaker.create_inference_recommendations_job(**request)


def test_an_existing_endpoint_must_be_in_service(aws: Aws) -> None:
    aws.sagemaker.create_model(ModelName="model", ExecutionRoleArn=aws.role("models"))
    variant = {"VariantName": "v", "ModelName": "model", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    aws.sagemaker.create_endpoint_config(EndpointConfigName="live", ProductionVariants=[variant])
    aws.sagemaker.create_endpoint(EndpointName="live", EndpointConfigName="live")
    with pytest.raises(ClientError, match="Endpoint live must be in service"):
        aws.sagemaker.create_inference_recommendations_job(**aws.advanced_request(Endpoints=[{"EndpointName": "live"}]))


def test_groups_and_subnets_are_of_one_vpc(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpcs = [ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2)]
    subnet = ec2.create_subnet(VpcId=vpcs[0], CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    groups = [ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"] for vpc in vpcs]
    apart, together = ({"Subnets": [subnet], "SecurityGroupIds": [group]} for group in reversed(groups))
    source = aws.request()["InputConfig"]
    with pytest.raises(ClientError, match="in different VPCs"):
        aws.create(InputConfig=source | {"VpcConfig": apart})
    with pytest.raises(ClientError, match="in different VPCs"):
        create_model(aws, VpcConfig=apart)
    aws.create(InputConfig=source | {"VpcConfig": together})
    create_model(aws, VpcConfig=together)


def create_model(aws: Aws, **members: Any) -> str:
    role = {"ExecutionRoleArn": "arn:aws:iam::123456789012:role/execution"}
    arn: str = aws.sagemaker.create_model(**({"ModelName": "My-Model"} | role | members))["ModelArn"]
    return arn


def data_source(url: str) -> dict[str, Any]:
    return {"S3DataSource": {"S3Uri": url, "S3DataType": "S3Prefix", "CompressionType": "None"}}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"ExecutionRoleArn": "arn:aws:iam::123456789012:role/none"},
            "Could not assume role arn:aws:iam::123456789012",
        ),
        ({"PrimaryContainer": {"Image": IMAGE}}, f"Requested image {IMAGE} not found."),
        ({"Containers": [{"Image": f"{REGISTRY}/other"}]}, f"Requested image {REGISTRY}/other not found."),
        ({"PrimaryContainer": {"ModelDataUrl": MODEL}}, f"Could not find model data at {MODEL}."),
        ({"PrimaryContainer": {"ModelDataSource": data_source(MODEL)}}, f"Could not find model data at {MODEL}."),
        ({"PrimaryContainer": {"ModelPackageName": "none"}}, "ModelPackage none does not exist."),
        ({"VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "The subnet ID 'subnet-1'"),
    ],
)
def test_a_model_is_refused_for_what_doesnt_exist(aws: Aws, members: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError) as refused:
        create_model(aws, **members)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert message in refused.value.response["Error"]["Message"]
    assert aws.sagemaker.list_models()["Models"] == []


def test_a_model_of_what_exists_is_created(aws: Aws) -> None:
    put_object(aws.client, MODEL)
    digest = put_image(aws.client, IMAGE)
    name = f"{REGISTRY}/team/serving@{digest}"
    create_model(aws, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": MODEL})
    create_model(aws, ModelName="by-digest", PrimaryContainer={"Image": name})
    create_model(aws, ModelName="prefix", PrimaryContainer={"ModelDataSource": data_source("s3://models/one/")})
    create_model(
        aws,
        ModelName="many",
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": "s3://models/later/", "Mode": "MultiModel"},
    )


def test_a_models_role_must_be_allowed_to_read_its_data(aws: Aws) -> None:
    put_object(aws.client, MODEL)
    container = {"ModelDataUrl": MODEL}
    elsewhere = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::others/*"}
    with pytest.raises(ClientError, match=f"Could not access model data at {MODEL}"):
        create_model(aws, ExecutionRoleArn=aws.role("elsewhere", [elsewhere]), PrimaryContainer=container)
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::models/*"}
    create_model(aws, ExecutionRoleArn=aws.role("reading", [reading]), PrimaryContainer=container)


def test_model_data_is_in_the_models_region(aws: Aws) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    aws.client("s3").create_bucket(Bucket="models", CreateBucketConfiguration=place)
    aws.client("s3").put_object(Bucket="models", Key="one/model.tar.gz", Body=b"model")
    with pytest.raises(ClientError, match="Could not find model data"):
        create_model(aws, PrimaryContainer={"ModelDataUrl": MODEL})


def test_a_models_name_is_taken_whatever_its_capitals(aws: Aws) -> None:
    create_model(aws)
    with pytest.raises(ClientError, match=r'Cannot create already existing model ".*:model/my-model"'):
        create_model(aws, ModelName="my-MODEL")


@pytest.mark.parametrize(
    ("url", "bucket", "key"),
    [
        ("s3://b/a/key", "b", "a/key"),
        ("s3://b", "b", ""),
        ("https://s3.amazonaws.com/b/a/key", "b", "a/key"),
        ("https://s3.eu-west-1.amazonaws.com/b/key", "b", "key"),
        ("https://b.s3.amazonaws.com/key", "b", "key"),
        ("https://my.b.s3.eu-west-1.amazonaws.com/a/key", "my.b", "a/key"),
        ("https://b/key", "b", "key"),
    ],
)
def test_urls_of_objects(url: str, bucket: str, key: str) -> None:
    assert S3Location.of(url) == S3Location(bucket=bucket, key=key)


def test_images_of_other_registries_arent_looked_up() -> None:
    assert ImageLocation.of("public.ecr.aws/docker/library/python:3") is None
    assert ImageLocation.of(f"{REGISTRY}/a/b:c") == ImageLocation(
        account_id="123456789012", region="us-east-1", repository="a/b", tag="c", digest=None
    )
