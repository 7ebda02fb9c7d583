"""Jobs that the stack didn't start."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Aws, CfnParameter, Duration, Environment, Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender import InferenceRecommendationsJob, ValidationError

from .synthesis import (
    JOB,
    RECOMMENDATION,
    WAIT,
    arn,
    new_stack,
    only,
    resources,
    template_of,
)

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/bert"


def test_a_reference_alone_makes_nothing() -> None:
    stack = new_stack()
    InferenceRecommendationsJob.from_job_name(stack, "Job", "bert")
    assert "Resources" not in template_of(stack)


def test_a_job_known_by_name_has_an_arn_here() -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", "bert")
    assert job.job_name == "bert"
    assert stack.resolve(job.job_arn) == arn("sagemaker", "inference-recommendations-job/bert")


def test_a_job_known_by_arn_has_a_name() -> None:
    job = InferenceRecommendationsJob.from_job_arn(new_stack(), "Job", ARN)
    assert (job.job_name, job.job_arn) == ("bert", ARN)


def test_an_arn_may_be_known_only_at_deploy_time() -> None:
    stack = new_stack()
    parameter = CfnParameter(stack, "JobArn")
    job = InferenceRecommendationsJob.from_job_arn(stack, "Job", parameter.value_as_string)
    assert stack.resolve(job.job_arn) == {"Ref": "JobArn"}
    assert stack.resolve(job.job_name) == {
        "Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "JobArn"}]}]}]}]
    }


def test_an_arn_may_be_built_of_the_stack_s_account() -> None:
    stack = new_stack()
    built = stack.format_arn(service="sagemaker", resource="inference-recommendations-job", resource_name="bert")
    job = InferenceRecommendationsJob.from_job_arn(stack, "Job", built)
    assert job.job_name == "bert"
    assert stack.resolve(job.job_arn) == arn("sagemaker", "inference-recommendations-job/bert")


@pytest.mark.parametrize(
    "text",
    [
        "bert",
        "",
        "arn:aws:sagemaker:eu-west-1:123456789012:model/bert",
        ARN.removesuffix("/bert"),
        f"{ARN}/1",
        ARN.replace("sagemaker", "s3"),
    ],
)
def test_another_text_is_no_arn_of_a_job(text: str) -> None:
    with pytest.raises(ValidationError, match=r"isn't the ARN of a recommendation job\. It has the form arn:aws:sage"):
        InferenceRecommendationsJob.from_job_arn(new_stack(), "Job", text)


def test_an_arn_of_another_service_is_refused_whatever_else_the_deployment_knows() -> None:
    built = ARN.replace("sagemaker:eu-west-1", f"s3:{Aws.REGION}")
    with pytest.raises(ValidationError, match=r"isn't the ARN of a recommendation job"):
        InferenceRecommendationsJob.from_job_arn(new_stack(), "Job", built)


@pytest.mark.parametrize(
    ("timeout", "wait_stages"), [(None, [2700] * 8), (Duration.minutes(10), [600])], ids=["default", "given"]
)
def test_results_of_an_existing_job_are_waited_for(timeout: Duration | None, wait_stages: list[int]) -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob.from_job_name(
        stack, "Job", "bert", timeout=timeout, poll_interval=Duration.minutes(2)
    )
    job.recommend_real_time("Best")
    job.recommend_serverless("Serverless")
    template = template_of(stack)
    assert not resources(template, JOB)
    made = [wait_stage["Properties"] for wait_stage in resources(template, WAIT).values()]
    assert [wait_stage["HandOverAfterSeconds"] for wait_stage in made] == wait_stages
    assert {
        (
            wait_stage["JobName"],
            wait_stage["PollIntervalSeconds"],
            wait_stage["AcceptStopped"],
            wait_stage["ExistingJob"],
        )
        for wait_stage in made
    } == {("bert", 120, False, True)}
    last = list(resources(template, WAIT))[-1]
    assert all(last in found["DependsOn"] for found in resources(template, RECOMMENDATION).values())


def test_a_recommendation_of_a_job_whose_name_is_a_parameter() -> None:
    stack = new_stack()
    name = CfnParameter(stack, "JobName").value_as_string
    InferenceRecommendationsJob.from_job_name(stack, "Job", name).recommend_real_time("Best")
    assert only(template_of(stack), RECOMMENDATION)["Properties"]["JobName"] == {"Ref": "JobName"}


@pytest.mark.parametrize(
    ("account", "region", "of_job"),
    [("123456789012", "us-east-1", "eu-west-1"), ("210987654321", "eu-west-1", "123456789012")],
)
def test_results_are_read_where_the_job_is(account: str, region: str, of_job: str) -> None:
    stack = new_stack(env=Environment(account=account, region=region))
    job = InferenceRecommendationsJob.from_job_arn(stack, "Job", ARN)
    with pytest.raises(ValidationError, match=rf"Stack/Job: the job is in {of_job}, and results are read in "):
        job.recommend_real_time("Best")


@pytest.mark.parametrize("env", [None, Environment(account="123456789012", region="eu-west-1")], ids=["any", "same"])
def test_results_of_a_job_known_by_arn(env: Environment | None) -> None:
    stack = new_stack(env=env)
    InferenceRecommendationsJob.from_job_arn(stack, "Job", ARN).recommend_real_time("Best")
    assert only(template_of(stack), RECOMMENDATION)["Properties"]["JobName"] == "bert"


def test_the_handler_needs_no_more_for_it_than_it_has() -> None:
    stack = new_stack()
    InferenceRecommendationsJob.from_job_name(stack, "Job", "bert").recommend_real_time("Best")
    template = template_of(stack)
    assert all(name.startswith("InferenceRecommenderProvider") for name in resources(template, "AWS::IAM::Policy"))


def test_it_can_be_granted_like_any_other() -> None:
    stack: Stack = new_stack()
    job: Any = InferenceRecommendationsJob.from_job_arn(stack, "Job", ARN)
    user = iam.User(stack, "User")
    job.grants.stop(user)
    (statement,) = only(template_of(stack), "AWS::IAM::Policy")["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == ARN


@pytest.mark.parametrize("name", ["my_job!", "", "-bert", "bert-", "b" * 65, "b" * 80, "b-" * 39 + "b"])
def test_what_no_job_can_be_called_is_reported(name: str) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack/Job: job_name = '{name}' can't be the name of a job: it has "):
        InferenceRecommendationsJob.from_job_name(new_stack(), "Job", name)


def test_an_arn_is_no_name() -> None:
    with pytest.raises(ValidationError, match=r"^Stack/Job: job_name = 'arn:.*' is an ARN\. Give it to from_job_arn"):
        InferenceRecommendationsJob.from_job_name(new_stack(), "Job", ARN)


@pytest.mark.parametrize("name", ["b", "b" * 64, "my--Job-1"])
def test_any_name_of_a_job_is_taken(name: str) -> None:
    assert InferenceRecommendationsJob.from_job_name(new_stack(), "Job", name).job_name == name
