"""A recommended endpoint wherever the CDK takes an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam

from cdk_inference_recommender import ModelSource, RecommendedEndpoint

from .synthesis import (
    JOB,
    PACKAGE_ARN,
    Json,
    default_job,
    given_role,
    load_test,
    logical_id,
    new_stack,
    resources,
    statements,
    template_of,
)

if TYPE_CHECKING:
    from aws_cdk.aws_sagemaker import IEndpoint
    from aws_cdk.interfaces.aws_sagemaker import IEndpointRef


def endpoint(stack: Stack, *, is_serverless: bool = False) -> RecommendedEndpoint:
    job = default_job(stack)
    return RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=job.recommend_serverless("Best") if is_serverless else job.recommend_real_time("Best"),
        model=ModelSource.from_model_package(PACKAGE_ARN),
        role=given_role(stack),
    )


@pytest.mark.parametrize("is_serverless", [False, True])
def test_api_gateway_invokes_it(is_serverless: bool) -> None:
    stack = new_stack()
    made = endpoint(stack, is_serverless=is_serverless)
    taken: IEndpoint = made
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method("POST", apigateway.SagemakerIntegration(taken))
    template = template_of(stack)
    (method,) = resources(template, "AWS::ApiGateway::Method").values()
    uri: Json = method["Properties"]["Integration"]["Uri"]
    assert {"Fn::GetAtt": [logical_id(made), "EndpointName"]} in uri["Fn::Join"][1]
    (allowed,) = statements(template, "ApiPOST")
    assert "sagemaker:InvokeEndpoint" in allowed["Action"]
    assert allowed["Resource"] == {"Ref": logical_id(made)}


def test_another_job_compares_with_it() -> None:
    stack = new_stack()
    made = endpoint(stack)
    taken: IEndpointRef = made
    load_test(stack, "Comparison", existing_endpoint=taken)
    (compared,) = (
        request["InputConfig"]["Endpoints"]
        for job in resources(template_of(stack), JOB).values()
        if "Endpoints" in (request := job["Properties"]["Request"])["InputConfig"]
    )
    assert compared == [{"EndpointName": {"Fn::GetAtt": [logical_id(made), "EndpointName"]}}]


def test_its_reference_is_its_arn() -> None:
    stack = new_stack()
    made = endpoint(stack)
    template_of(stack)
    assert (
        stack.resolve(made.endpoint_ref.endpoint_arn) == {"Ref": logical_id(made)} == stack.resolve(made.endpoint_arn)
    )


def test_what_others_may_do_is_granted_in_one_place() -> None:
    stack = new_stack()
    made = endpoint(stack)
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    watcher = iam.Role(stack, "Watcher", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    made.grants.invoke(caller)
    made.grants.actions(watcher, "sagemaker:DescribeEndpoint")
    template = template_of(stack)
    (invoking,), (watching,) = statements(template, "CallerDefaultPolicy"), statements(template, "WatcherDefaultPolicy")
    assert invoking["Action"] == ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"]
    assert watching["Action"] == "sagemaker:DescribeEndpoint"
    assert invoking["Resource"] == watching["Resource"] == {"Ref": logical_id(made)}


def test_its_role_can_be_allowed_more() -> None:
    stack = new_stack()
    made = endpoint(stack)
    made.add_to_role_policy(iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=["*"]))
    (added,) = statements(template_of(stack), "GivenRolePolicy")
    assert added["Action"] == "dynamodb:GetItem"
