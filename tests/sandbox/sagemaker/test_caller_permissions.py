"""A function's role needs the permissions that AWS requires, on the same resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.sagemaker.conftest import Aws

JOB = "arn:aws:sagemaker:us-east-1:123456789012:inference-recommendations-job/job"
ROLE = "arn:aws:iam::123456789012:role/execution"
CREATE = "sagemaker:CreateInferenceRecommendationsJob"
TO_SAGEMAKER = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def allow(action: str, resource: str, **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | members


CALLS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "sagemaker:DescribeInferenceRecommendationsJob": (
        JOB,
        lambda client: client.describe_inference_recommendations_job(JobName="job"),
    ),
    "sagemaker:StopInferenceRecommendationsJob": (
        JOB,
        lambda client: client.stop_inference_recommendations_job(JobName="job"),
    ),
    "sagemaker:ListInferenceRecommendationsJobs": ("*", lambda client: client.list_inference_recommendations_jobs()),
    "sagemaker:ListInferenceRecommendationsJobSteps": (
        "*",
        lambda client: client.list_inference_recommendations_job_steps(JobName="job"),
    ),
    "sagemaker:AddTags": (
        JOB,
        lambda client: client.add_tags(ResourceArn=JOB, Tags=[{"Key": "a", "Value": "b"}]),
    ),
    "sagemaker:ListTags": (JOB, lambda client: client.list_tags(ResourceArn=JOB)),
    "sagemaker:DeleteTags": (JOB, lambda client: client.delete_tags(ResourceArn=JOB, TagKeys=["a"])),
    "sagemaker:DeleteModel": (
        "arn:aws:sagemaker:us-east-1:123456789012:model/my-model",
        lambda client: client.delete_model(ModelName="My-Model"),
    ),
}


@pytest.mark.parametrize("action", CALLS)
def test_an_operation_needs_its_own_permission_on_its_own_resource(aws: Aws, action: str) -> None:
    resource, call = CALLS[action]
    aws.create()
    aws.sagemaker.create_model(ModelName="My-Model", ExecutionRoleArn=ROLE)
    call(aws.session("allowed", [allow(action, resource)]))
    elsewhere = f"{resource}-of-another" if resource != "*" else JOB
    with pytest.raises(ClientError) as refused:
        call(aws.session("elsewhere", [allow(action, elsewhere)]))
    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert f"is not authorized to perform: {action} on resource: {resource} because" in error["Message"]


def test_scaling_recommendations_are_a_permission_on_the_job(aws: Aws) -> None:
    aws.create()
    chosen = aws.finish()["InferenceRecommendations"][0]["RecommendationId"]
    arguments = {"InferenceRecommendationsJobName": "job", "RecommendationId": chosen}
    session = aws.session("allowed", [allow("sagemaker:GetScalingConfigurationRecommendation", JOB)])
    session.get_scaling_configuration_recommendation(**arguments)
    with pytest.raises(ClientError, match=f"AccessDenied.*{JOB}"):
        aws.session("forbidden", []).get_scaling_configuration_recommendation(**arguments)


def test_creating_needs_passing_the_role_too(aws: Aws) -> None:
    creating = allow(CREATE, JOB)
    session = aws.session("creator", [creating])
    with pytest.raises(ClientError, match=f"iam:PassRole on resource: {ROLE}"):
        session.create_inference_recommendations_job(**aws.request())
    passing = allow("iam:PassRole", ROLE, Condition=TO_SAGEMAKER)
    aws.session("passer-on", [creating, passing]).create_inference_recommendations_job(**aws.request())


def test_the_role_must_be_passed_to_sagemaker(aws: Aws) -> None:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    session = aws.session("creator", [allow(CREATE, JOB), allow("iam:PassRole", ROLE, Condition=condition)])
    with pytest.raises(ClientError, match="iam:PassRole"):
        session.create_inference_recommendations_job(**aws.request())


def test_creating_with_tags_needs_adding_tags_too(aws: Aws) -> None:
    request = aws.request(Tags=[{"Key": "a", "Value": "b"}])
    statements = [allow(CREATE, JOB), allow("iam:PassRole", ROLE)]
    with pytest.raises(ClientError, match=f"sagemaker:AddTags on resource: {JOB}"):
        aws.session("creator", statements).create_inference_recommendations_job(**request)
    tagging = allow("sagemaker:AddTags", JOB)
    aws.session("tagger", [*statements, tagging]).create_inference_recommendations_job(**request)


def test_a_refused_caller_leaves_no_job(aws: Aws) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.session("forbidden", []).create_inference_recommendations_job(**aws.request())
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound):
        aws.describe()


@pytest.mark.parametrize("owner", ["123456789012", "210987654321"])
def test_a_model_of_another_account_s_package_needs_permission_on_the_package_too(aws: Aws, owner: str) -> None:
    package = f"arn:aws:sagemaker:us-east-1:{owner}:model-package/image-classifier/1"
    model = {"ModelName": "m", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"ModelPackageName": package}}
    passing, creating = (
        allow("iam:PassRole", ROLE),
        allow("sagemaker:CreateModel", "arn:aws:sagemaker:us-east-1:123456789012:model/*"),
    )
    session = aws.session("creator", [passing, creating])
    if owner == "123456789012":
        session.create_model(**model)
        return
    with pytest.raises(ClientError, match=f"sagemaker:CreateModel on resource: {package}"):
        session.create_model(**model)
    aws.session("reader", [passing, creating, allow("sagemaker:CreateModel", package)]).create_model(**model)
