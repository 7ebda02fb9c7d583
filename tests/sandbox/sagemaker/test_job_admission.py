"""A valid request is still refused for the state that the account is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.model_package import complete_package
from tests.sandbox.named_resources import put_object

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


def refusal(aws: Aws, name: str = "job", **overrides: Any) -> str:
    with pytest.raises(ClientError) as refused:
        aws.create(name, **overrides)
    return str(refused.value)


def test_a_name_is_never_free_again(aws: Aws) -> None:
    aws.create()
    aws.finish()
    assert "ResourceInUse" in refusal(aws)


def test_a_taken_name_may_be_refused_as_a_validation_error(aws: Aws) -> None:
    aws.create()
    aws.installation.faults.order({"fault": "duplicate-as-validation"})
    message = refusal(aws)
    assert "ValidationException" in message
    assert "Cannot create already existing" in message


@pytest.mark.parametrize("name", ["nobody", "path/execution"])
def test_the_role_must_exist(aws: Aws, name: str) -> None:
    message = refusal(aws, RoleArn=f"arn:aws:iam::123456789012:role/{name}")
    assert "ValidationException" in message
    assert f"Could not assume role arn:aws:iam::123456789012:role/{name}." in message
    assert "allows principal 'sagemaker.amazonaws.com' to assume the role." in message


def test_the_role_must_trust_sagemaker(aws: Aws) -> None:
    assert "Could not assume role" in refusal(aws, RoleArn=aws.role("for-lambda", service="lambda.amazonaws.com"))


def test_the_model_package_must_exist(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/2"
    assert f"{arn} does not exist" in refusal(aws, InputConfig={"ModelPackageVersionArn": arn})


@pytest.mark.parametrize("name", ["Domain", "Task", "Framework", "SamplePayloadUrl"])
def test_what_is_mandatory_is_in_the_package_or_in_the_request(aws: Aws, name: str) -> None:
    members = complete_package()
    where = members["InferenceSpecification"]["Containers"][0] if name == "Framework" else members
    del where[name]
    aws.sagemaker.create_model_package_group(ModelPackageGroupName="own")
    arn = aws.sagemaker.create_model_package(ModelPackageGroupName="own", **members)["ModelPackageArn"]
    source: dict[str, Any] = {"ModelPackageVersionArn": arn}
    refused = refusal(aws, InputConfig=source)
    assert f"Specify {name} in the Model Package version 1. {name} is a mandatory parameter for the job." in refused
    others = {member: value for member, value in CONTAINER.items() if member not in {name, "PayloadConfig"}}
    if name != "SamplePayloadUrl":
        assert f"Specify {name} in" in refusal(aws, InputConfig=source | {"ContainerConfig": others})
    overridden = {name: CONTAINER[name]} if name in CONTAINER else {"PayloadConfig": CONTAINER["PayloadConfig"]}
    put_object(aws.client, CONTAINER["PayloadConfig"]["SamplePayloadUrl"])
    aws.create(InputConfig=source | {"ContainerConfig": overridden})
    assert aws.finish()["Status"] == "COMPLETED"


def test_a_package_needs_no_framework_version(aws: Aws) -> None:
    aws.sagemaker.create_model_package_group(ModelPackageGroupName="own")
    members = complete_package()
    assert "FrameworkVersion" not in members["InferenceSpecification"]["Containers"][0]
    arn = aws.sagemaker.create_model_package(ModelPackageGroupName="own", **members)["ModelPackageArn"]
    aws.create(InputConfig={"ModelPackageVersionArn": arn})
    assert aws.finish()["Status"] == "COMPLETED"


CONTAINER: dict[str, Any] = {
    "Domain": "COMPUTER_VISION",
    "Task": "IMAGE_CLASSIFICATION",
    "Framework": "PYTORCH",
    "FrameworkVersion": "2.3",
    "PayloadConfig": {
        "SamplePayloadUrl": "s3://bucket/payload.tar.gz",
        "SupportedContentTypes": ["application/json"],
    },
}


def test_the_model_must_exist(aws: Aws) -> None:
    source = {"ModelName": "my-model", "ContainerConfig": CONTAINER}
    assert "Could not find model" in refusal(aws, InputConfig=source)
    aws.sagemaker.create_model(ModelName="my-model", ExecutionRoleArn=aws.role("models"))
    aws.create(InputConfig=source)


def test_the_existing_endpoint_must_exist(aws: Aws) -> None:
    request = aws.advanced_request(Endpoints=[{"EndpointName": "live"}])
    with pytest.raises(ClientError, match="Could not find endpoint"):
        aws.sagemaker.create_inference_recommendations_job(**request)


def test_only_so_many_jobs_run_at_a_time(aws: Aws) -> None:
    for number in range(10):
        aws.create(f"job-{number}")
    assert "ResourceLimitExceeded" in refusal(aws, "one-more")
    assert "current utilization of 10 Jobs" in refusal(aws, "one-more")
    aws.finish("job-0")
    aws.create("one-more")


def test_the_quota_can_be_ordered(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "quota", "limit": 0})
    assert "ResourceLimitExceeded" in refusal(aws)


def test_tags_of_aws_itself_are_refused(aws: Aws) -> None:
    assert "ValidationException" in refusal(aws, Tags=[{"Key": "aws:cloudformation:stack-id", "Value": "x"}])


def test_at_most_50_tags(aws: Aws) -> None:
    tags = [{"Key": f"key-{number}", "Value": "x"} for number in range(51)]
    assert "ValidationException" in refusal(aws, Tags=tags)
    aws.create(Tags=tags[:50])


def test_every_request_is_kept_as_it_came(aws: Aws) -> None:
    accepted = aws.request(JobDescription="first", Tags=[{"Key": "a", "Value": "b"}])
    aws.sagemaker.create_inference_recommendations_job(**accepted)
    refusal(aws, JobDescription="second")
    received = aws.installation.received_requests()
    assert [each["outcome"] for each in received] == ["accepted", "ResourceInUse"]
    assert received[0]["request"] == accepted
    assert received[1]["request"]["JobDescription"] == "second"


def test_running_jobs_are_listed_until_they_end(aws: Aws) -> None:
    arn = aws.create()
    assert aws.installation.running_jobs() == [{"jobArn": arn, "status": "PENDING"}]
    aws.finish()
    assert aws.installation.running_jobs() == []
