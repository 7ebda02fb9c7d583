"""Permissions that are bounded by tags: of the request, of the resource, and of tagging on creation."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.sagemaker.conftest import Aws

ARNS = "arn:aws:sagemaker:us-east-1:123456789012"
JOBS = f"{ARNS}:inference-recommendations-job/*"
ROLES = "arn:aws:iam::123456789012:role"
OWNER = "library:stack-id"
MINE = [{"Key": OWNER, "Value": "mine"}]
THEIRS = [{"Key": OWNER, "Value": "theirs"}]
CREATE = "CreateInferenceRecommendationsJob"
REQUESTED = {"StringEquals": {f"aws:RequestTag/{OWNER}": "mine"}}
OWNED = {"StringEquals": {f"aws:ResourceTag/{OWNER}": "mine"}}
ON_CREATION = {"StringEquals": {**REQUESTED["StringEquals"], "sagemaker:TaggingAction": CREATE}}


def allow(action: str, resource: str = "*", condition: dict[str, Any] | None = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


PASS = allow("iam:PassRole", f"{ROLES}/*")
CREATING = [PASS, allow(f"sagemaker:{CREATE}", JOBS, REQUESTED), allow("sagemaker:AddTags", JOBS, ON_CREATION)]


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    return error.value.response["Error"]["Message"]


def test_a_creation_is_bounded_by_the_tags_of_its_request(aws: Aws) -> None:
    session = aws.session("creator", CREATING)
    others: list[dict[str, Any]] = [{}, {"Tags": THEIRS}, {"Tags": [{"Key": "other", "Value": "mine"}]}]
    for tags in others:
        request = aws.request(**tags)
        message = refused(partial(session.create_inference_recommendations_job, **request))
        assert f"perform: sagemaker:{CREATE} on resource" in message
    session.create_inference_recommendations_job(**aws.request(Tags=MINE))


def test_the_keys_of_a_request_can_be_bounded(aws: Aws) -> None:
    keys = {"ForAllValues:StringEquals": {"aws:TagKeys": [OWNER]}}
    session = aws.session("creator", [PASS, allow(f"sagemaker:{CREATE}", JOBS, keys), allow("sagemaker:AddTags")])
    more = [*MINE, {"Key": "more", "Value": "x"}]
    refused(lambda: session.create_inference_recommendations_job(**aws.request(Tags=more)))
    session.create_inference_recommendations_job(**aws.request(Tags=MINE))


def test_tagging_on_creation_names_the_creating_operation(aws: Aws) -> None:
    without = aws.session("creator", CREATING[:2])
    message = refused(lambda: without.create_inference_recommendations_job(**aws.request(Tags=MINE)))
    assert "perform: sagemaker:AddTags on resource" in message
    wrong = {"StringEquals": {"sagemaker:TaggingAction": "CreateModel"}}
    other = aws.session("another", [*CREATING[:2], allow("sagemaker:AddTags", JOBS, wrong)])
    refused(lambda: other.create_inference_recommendations_job(**aws.request(Tags=MINE)))
    assert aws.sagemaker.list_inference_recommendations_jobs()["InferenceRecommendationsJobs"] == []


def test_a_role_that_may_tag_on_creation_cannot_tag_a_strangers_job(aws: Aws) -> None:
    arn = aws.create(Tags=THEIRS)
    session = aws.session("creator", CREATING)
    assert "sagemaker:AddTags" in refused(lambda: session.add_tags(ResourceArn=arn, Tags=MINE))


def test_the_name_of_the_creating_operation_can_be_missing_by_order(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "no-tagging-action"})
    session = aws.session("creator", CREATING)
    refused(lambda: session.create_inference_recommendations_job(**aws.request(Tags=MINE)))


@pytest.mark.parametrize("key", [f"aws:ResourceTag/{OWNER}", f"sagemaker:ResourceTag/{OWNER}"])
def test_stopping_and_tagging_are_bounded_by_the_jobs_tags(aws: Aws, key: str) -> None:
    mine, theirs = aws.create("mine", Tags=MINE), aws.create("theirs", Tags=THEIRS)
    condition = {"StringEquals": {key: "mine"}}
    session = aws.session(
        "owner",
        [allow(f"sagemaker:{action}", JOBS, condition) for action in ("Stop*", "AddTags", "DeleteTags")],
    )
    refused(lambda: session.stop_inference_recommendations_job(JobName="theirs"))
    refused(lambda: session.add_tags(ResourceArn=theirs, Tags=MINE))
    refused(lambda: session.delete_tags(ResourceArn=theirs, TagKeys=[OWNER]))
    session.add_tags(ResourceArn=mine, Tags=[{"Key": "more", "Value": "x"}])
    session.delete_tags(ResourceArn=mine, TagKeys=["more"])
    session.stop_inference_recommendations_job(JobName="mine")


def test_what_does_not_exist_has_no_tags_and_is_denied(aws: Aws) -> None:
    session = aws.session("owner", [allow("sagemaker:Stop*", JOBS, OWNED), allow("sagemaker:Describe*", JOBS)])
    refused(lambda: session.stop_inference_recommendations_job(JobName="nobody"))
    with pytest.raises(aws.sagemaker.exceptions.ResourceNotFound):
        session.describe_inference_recommendations_job(JobName="nobody")


def test_models_and_endpoints_are_bounded_by_their_tags(aws: Aws) -> None:
    variant = {"VariantName": "v", "InstanceType": "ml.c5.large", "InitialInstanceCount": 1, "InitialVariantWeight": 1}
    for name, tags in (("Mine", MINE), ("Theirs", THEIRS)):
        aws.sagemaker.create_model(ModelName=name, ExecutionRoleArn=f"{ROLES}/execution", Tags=tags)
        aws.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant | {"ModelName": name}], Tags=tags
        )
        aws.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)
    aws.clock.sleep(3600)
    session = aws.session("owner", [allow("sagemaker:*", f"{ARNS}:*", OWNED)])
    weights = [{"VariantName": "v", "DesiredWeight": 2}]
    calls: list[Callable[[str], Any]] = [
        lambda name: session.update_endpoint_weights_and_capacities(
            EndpointName=name, DesiredWeightsAndCapacities=weights
        ),
        lambda name: session.update_endpoint(EndpointName=name, EndpointConfigName=name),
        lambda name: session.delete_endpoint(EndpointName=name),
        lambda name: session.delete_endpoint_config(EndpointConfigName=name),
        lambda name: session.delete_model(ModelName=name),
    ]
    for call in calls:
        refused(partial(call, "Theirs"))
        call("Mine")
        aws.clock.sleep(3600)


def test_an_endpoints_new_configuration_needs_permission_too(aws: Aws) -> None:
    session = aws.session("owner", [allow("sagemaker:UpdateEndpoint", f"{ARNS}:endpoint/*")])
    message = refused(lambda: session.update_endpoint(EndpointName="e", EndpointConfigName="C"))
    assert f"sagemaker:UpdateEndpoint on resource: {ARNS}:endpoint-config/c because" in message


def test_tags_show_late_by_order(aws: Aws) -> None:
    aws.installation.faults.order({"fault": "late-tags", "seconds": 60})
    job = aws.create(Tags=MINE)
    model = aws.sagemaker.create_model(ModelName="m", ExecutionRoleArn=f"{ROLES}/execution", Tags=MINE)["ModelArn"]
    session = aws.session("owner", [allow("sagemaker:*", f"{ARNS}:*", OWNED)])
    aws.clock.sleep(59)
    assert [aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] for arn in (job, model)] == [[], []]
    refused(lambda: session.stop_inference_recommendations_job(JobName="job"))
    refused(lambda: session.delete_model(ModelName="m"))
    aws.clock.sleep(1)
    assert [aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] for arn in (job, model)] == [MINE, MINE]
    session.stop_inference_recommendations_job(JobName="job")
    session.delete_model(ModelName="m")


def test_a_role_is_passed_by_its_whole_arn(aws: Aws) -> None:
    trust = aws.iam.get_role(RoleName="execution")["Role"]["AssumeRolePolicyDocument"]
    path = "/library/us-east-1/Stack/"
    arn = aws.iam.create_role(RoleName="placed", Path=path, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    assert arn == f"{ROLES}{path}placed"
    session = aws.session("creator", [allow("iam:PassRole", f"{ROLES}{path}*"), allow("sagemaker:*")])
    with pytest.raises(ClientError, match=r"ValidationException.*Could not assume role"):
        session.create_inference_recommendations_job(**aws.request(RoleArn=f"{ROLES}{path}elsewhere/placed"))
    elsewhere = f"{ROLES}/library/eu-west-1/Stack/placed"
    message = refused(lambda: session.create_inference_recommendations_job(**aws.request(RoleArn=elsewhere)))
    assert f"iam:PassRole on resource: {elsewhere}" in message
    session.create_inference_recommendations_job(**aws.request(RoleArn=arn))
