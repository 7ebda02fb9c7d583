"""Jobs carry tags, as any resource of SageMaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


def tags(aws: Aws, arn: str) -> dict[str, str]:
    pages = aws.sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def test_tags_are_added_replaced_and_removed(aws: Aws) -> None:
    arn = aws.create(Tags=[{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "test"}])
    aws.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": "1"}])
    assert tags(aws, arn) == {"team": "b", "stage": "test", "cost": "1"}
    aws.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["stage", "never-there"])
    assert tags(aws, arn) == {"team": "b", "cost": "1"}


def test_a_job_without_tags_has_none(aws: Aws) -> None:
    assert tags(aws, aws.create()) == {}


@pytest.mark.parametrize("key", ["aws:mine", "AWS:mine"])
def test_tags_of_aws_itself_cannot_be_added(aws: Aws, key: str) -> None:
    arn = aws.create()
    with pytest.raises(ClientError, match=r"ValidationException.*aws: prefixed"):
        aws.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": key, "Value": "x"}])


def test_a_job_has_at_most_50_tags(aws: Aws) -> None:
    arn = aws.create(Tags=[{"Key": f"key-{number}", "Value": "x"} for number in range(50)])
    aws.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "key-0", "Value": "replaced"}])
    with pytest.raises(ClientError, match=r"ValidationException.*Too many tags"):
        aws.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "one-more", "Value": "x"}])


def test_an_unknown_job_has_no_tags_to_list(aws: Aws) -> None:
    arn = aws.create().replace("/job", "/nobody")
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound):
        aws.sagemaker.list_tags(ResourceArn=arn)


def test_other_resources_keep_their_tags(aws: Aws) -> None:
    model = aws.sagemaker.create_model(
        ModelName="model", ExecutionRoleArn=aws.role("models"), Tags=[{"Key": "a", "Value": "b"}]
    )
    aws.sagemaker.add_tags(ResourceArn=model["ModelArn"], Tags=[{"Key": "c", "Value": "d"}])
    aws.sagemaker.delete_tags(ResourceArn=model["ModelArn"], TagKeys=["a"])
    assert tags(aws, model["ModelArn"]) == {"c": "d"}


def test_tagging_again_replaces_a_models_tag(aws: Aws) -> None:
    model = aws.sagemaker.create_model(
        ModelName="Model", ExecutionRoleArn=aws.role("models"), Tags=[{"Key": "a", "Value": "b"}]
    )
    lower = model["ModelArn"].lower()
    aws.sagemaker.add_tags(ResourceArn=lower, Tags=[{"Key": "a", "Value": "c"}])
    assert tags(aws, lower) == {"a": "c"}


def test_other_resources_that_are_unknown_have_no_tags_to_list(aws: Aws) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*Could not find model"):
        aws.sagemaker.list_tags(ResourceArn="arn:aws:sagemaker:us-east-1:123456789012:model/nobody")


def test_an_arn_has_the_name_in_lower_case(aws: Aws) -> None:
    arn = aws.create("My-Job", Tags=[{"Key": "a", "Value": "b"}])
    assert arn.endswith(":inference-recommendations-job/my-job")
    assert tags(aws, arn) == {"a": "b"}
    described = aws.describe("My-Job")
    assert (described["JobName"], described["JobArn"]) == ("My-Job", arn)
    [listed] = aws.sagemaker.list_inference_recommendations_jobs()["InferenceRecommendationsJobs"]
    assert (listed["JobName"], listed["JobArn"]) == ("My-Job", arn)


def test_capitals_neither_find_a_job_nor_free_its_name(aws: Aws) -> None:
    arn = aws.create("My-Job")
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound):
        aws.describe("my-job")
    with pytest.raises(aws.sagemaker.exceptions.ResourceInUse):
        aws.create("my-job")
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound):
        aws.sagemaker.list_tags(ResourceArn=arn.replace("my-job", "My-Job"))


def test_permissions_are_on_the_arn_in_lower_case(aws: Aws) -> None:
    arn = aws.create("My-Job")
    statement = {"Effect": "Allow", "Action": "sagemaker:Describe*", "Resource": arn}
    aws.session("lower", [statement]).describe_inference_recommendations_job(JobName="My-Job")
    capitals = statement | {"Resource": arn.replace("my-job", "My-Job")}
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.session("capitals", [capitals]).describe_inference_recommendations_job(JobName="My-Job")
