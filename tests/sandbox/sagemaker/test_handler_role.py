"""IAM lets the handler's role touch only what carries its stack's tag: no code of the library takes part."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Environment, Stack
from botocore.exceptions import ClientError

from cdk_inference_recommender.permissions.handler_permissions import handler_statements
from inference_recommendations_handler.protocol.contract import OwnerTag
from inference_recommender_sandbox.iam.authorization import AccessDenied

from .conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.sandbox.sagemaker.conftest import Aws

STACK_ID = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/Stack/11111111-2222-3333-4444-555555555555"
OTHER_STACK_ID = STACK_ID.replace("Stack/1", "Other/1")
MINE = [{"Key": OwnerTag.STACK_ID.value, "Value": STACK_ID}]
STRANGERS: dict[str, list[dict[str, str]]] = {
    "untagged": [],
    "another stack's": [{"Key": OwnerTag.STACK_ID.value, "Value": OTHER_STACK_ID}],
    "tagged like it": [{"Key": "stack-id", "Value": STACK_ID}],
}
EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
ROLE_KEY = f"ASIA{len('handler'):016d}"


def filled(value: Any) -> Any:
    """A resolved value, as CloudFormation fills it in."""
    match value:
        case {"Ref": "AWS::Partition"}:
            return "aws"
        case {"Ref": "AWS::StackId"}:
            return STACK_ID
        case {"Fn::Join": ["", list(parts)]}:
            return "".join(map(filled, parts))
        case dict():
            return {key: filled(member) for key, member in value.items()}
        case list():
            return [filled(member) for member in value]
        case _:
            return value


@pytest.fixture(scope="module")
def statements() -> list[Mapping[str, Any]]:
    stack = Stack(App(), "Stack", env=Environment(account=ACCOUNT, region=REGION))
    written = [stack.resolve(each.statement.to_statement_json()) for each in handler_statements(stack)]
    resolved: list[Mapping[str, Any]] = [filled(each) for each in written]
    assert "Fn::" not in json.dumps(resolved)
    passing: Mapping[str, Any] = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": EXECUTION_ROLE}
    return [*resolved, passing]


@pytest.fixture
def handler(aws: Aws, statements: list[Mapping[str, Any]]) -> Any:
    return aws.session("handler", statements)


def refused(call: Callable[[], Any]) -> None:
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"


def test_its_own_job_is_tagged_and_stopped(aws: Aws, handler: Any) -> None:
    arn = handler.create_inference_recommendations_job(**aws.request(Tags=MINE))["JobArn"]
    handler.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "search"}])
    handler.delete_tags(ResourceArn=arn, TagKeys=["team"])
    handler.stop_inference_recommendations_job(JobName="job")


@pytest.mark.parametrize("tags", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_s_job_is_neither_stopped_nor_tagged(aws: Aws, handler: Any, tags: list[dict[str, str]]) -> None:
    arn = aws.create(Tags=tags)
    refused(partial(handler.stop_inference_recommendations_job, JobName="job"))
    refused(partial(handler.add_tags, ResourceArn=arn, Tags=MINE))
    refused(partial(handler.delete_tags, ResourceArn=arn, TagKeys=[OwnerTag.STACK_ID.value]))
    assert aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] == tags
    assert aws.status() == "PENDING"


@pytest.mark.parametrize("tags", STRANGERS.values(), ids=STRANGERS)
def test_no_job_is_created_as_another_s(aws: Aws, handler: Any, tags: list[dict[str, str]]) -> None:
    refused(partial(handler.create_inference_recommendations_job, **aws.request(Tags=tags)))
    refused(partial(handler.create_model, ModelName="m", ExecutionRoleArn=EXECUTION_ROLE, Tags=tags))


@pytest.mark.parametrize("tags", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_s_model_and_endpoint_stay_as_they_are(aws: Aws, handler: Any, tags: list[dict[str, str]]) -> None:
    for name, own in (("theirs", tags), ("mine", MINE)):
        aws.sagemaker.create_model(ModelName=name, ExecutionRoleArn=EXECUTION_ROLE, Tags=own)
        variant = {"VariantName": "v", "ModelName": name, "InstanceType": "ml.c5.large", "InitialInstanceCount": 1}
        aws.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant | {"InitialVariantWeight": 1}], Tags=own
        )
        aws.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=own)
    aws.clock.sleep(3600)
    resize = [{"VariantName": "v", "DesiredInstanceCount": 2}]
    refused(partial(handler.delete_model, ModelName="theirs"))
    refused(
        partial(
            handler.update_endpoint_weights_and_capacities, EndpointName="theirs", DesiredWeightsAndCapacities=resize
        )
    )
    handler.update_endpoint_weights_and_capacities(EndpointName="mine", DesiredWeightsAndCapacities=resize)
    handler.delete_model(ModelName="mine")
    for name in ("theirs", "mine"):
        refused(partial(handler.delete_endpoint, EndpointName=name))


ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:"
VIA_AUTO_SCALING = {"aws:ViaAWSService": "true", "aws:CalledViaLast": "application-autoscaling.amazonaws.com"}


@pytest.mark.parametrize("name", ["", "TargetTracking-endpoint/mine/variant/v-AlarmHigh-1", "of-another-team"])
@pytest.mark.parametrize("action", ["PutMetricAlarm", "DeleteAlarms", "DescribeAlarms"])
@pytest.mark.usefixtures("handler")
def test_an_alarm_is_touched_through_application_auto_scaling_only(aws: Aws, action: str, name: str) -> None:
    def call(**context: str) -> None:
        aws.authorizer.authorize(
            account_id=ACCOUNT,
            access_key_id=ROLE_KEY,
            action=f"cloudwatch:{action}",
            resource=f"{ALARM}{name}",
            context=context,
        )

    call(**VIA_AUTO_SCALING)
    for context in ({}, VIA_AUTO_SCALING | {"aws:CalledViaLast": "cloudformation.amazonaws.com"}):
        with pytest.raises(AccessDenied):
            call(**context)


@pytest.mark.usefixtures("handler")
def test_what_was_called_is_recorded_with_the_statements_that_decided(aws: Aws) -> None:
    session = aws.client("sagemaker", ROLE_KEY)
    session.create_inference_recommendations_job(**aws.request(Tags=MINE))
    aws.create("theirs")
    refused(partial(session.stop_inference_recommendations_job, JobName="theirs"))
    calls = {(each["action"], each["allowed"]): each for each in aws.authorizer.calls()}
    created = calls["sagemaker:CreateInferenceRecommendationsJob", True]
    assert created["role"] == "handler"
    assert created["resource"].endswith(":inference-recommendations-job/job")
    assert [each["Condition"] for each in created["statements"]] == [
        {"StringEquals": {f"aws:RequestTag/{OwnerTag.STACK_ID}": STACK_ID}}
    ]
    assert calls["sagemaker:StopInferenceRecommendationsJob", False]["statements"] == []
