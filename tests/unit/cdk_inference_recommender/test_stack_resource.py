"""Where constructs are made, and how long they stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import MissingRemovalPolicies, RemovalPolicies, RemovalPolicy, Stage
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_inference_recommender import (
    InferenceRecommendationsJob,
    ModelSource,
    RealTimeRecommendation,
    RecommendedEndpoint,
    ServerlessRecommendation,
    ValidationError,
)

from .synthesis import JOB, PACKAGE_ARN, default_job, given_role, new_app, new_stack, only, template_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import App

pytestmark = pytest.mark.usefixtures("arguments_are_checked")

MODEL = ModelSource.from_model_package(PACKAGE_ARN)
ENDPOINT = "AWS::SageMaker::Endpoint"


def endpoint(scope: Construct) -> RecommendedEndpoint:
    stack = new_stack(name="Other")
    best = default_job(stack).recommend_real_time("Best")
    return RecommendedEndpoint(scope, "It", recommendation=best, model=MODEL, role=given_role(stack))


@pytest.mark.parametrize(
    "make",
    [
        lambda scope: InferenceRecommendationsJob(scope, "It", model=MODEL),
        lambda scope: InferenceRecommendationsJob.from_cli_input(scope, "It", {"JobType": "Default"}),
        lambda scope: InferenceRecommendationsJob.from_job_name(scope, "It", "bert"),
        lambda scope: InferenceRecommendationsJob.from_job_arn(
            scope, "It", "arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/bert"
        ),
        lambda scope: RealTimeRecommendation.from_parameters(scope, "It", "/bert/best"),
        lambda scope: ServerlessRecommendation.from_parameters(scope, "It", "/bert/best"),
        endpoint,
    ],
    ids=["job", "document", "name", "ARN", "real-time", "serverless", "endpoint"],
)
@pytest.mark.parametrize(
    ("scope", "path", "kind"),
    [
        (lambda app: app, "It", "App"),
        (lambda app: Stage(app, "Production"), "Production/It", "Stage"),
        (lambda app: Construct(app, "Models"), "Models/It", "Construct"),
    ],
    ids=["app", "stage", "construct"],
)
def test_outside_of_a_stack_it_says_where_to_make_it(
    make: Callable[[Construct], Any], scope: Callable[[App], Construct], path: str, kind: str
) -> None:
    with pytest.raises(ValidationError, match=rf"^{path}: scope = <{kind}> is in no stack, .*\. Give a Stack, or a "):
        make(scope(new_app()))


def test_what_is_no_construct_is_the_cdks_to_refuse() -> None:
    wrong: Any = None
    with pytest.raises(TypeError, match="argument scope"):
        InferenceRecommendationsJob(wrong, "Job", model=MODEL)


def known_job() -> tuple[Any, str]:
    return InferenceRecommendationsJob.from_job_name(new_stack(), "Known", "bert"), "Stack/Known"


def own_job() -> tuple[Any, str]:
    return default_job(new_stack()), "Stack/Job"


def own_endpoint() -> tuple[Any, str]:
    return endpoint(new_stack()), "Stack/It"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (own_job, r"SageMaker never deletes a recommendation job.*Remove the call\."),
        (known_job, r"SageMaker never deletes a recommendation job.*Remove the call\."),
        (own_endpoint, r"a retained endpoint would lose its model.*Remove the call; termination protection keeps"),
    ],
    ids=["job", "known job", "endpoint"],
)
@pytest.mark.parametrize("policy", [policy for policy in RemovalPolicy if policy is not RemovalPolicy.DESTROY])
def test_no_policy_retains_it(made: Callable[[], tuple[Any, str]], reason: str, policy: RemovalPolicy) -> None:
    construct, path = made()
    with pytest.raises(
        ValidationError, match=rf"^{path}: apply_removal_policy\(RemovalPolicy\.{policy.name}\): {reason}"
    ):
        construct.apply_removal_policy(policy)


def test_to_destroy_it_is_what_happens_anyway() -> None:
    stack = new_stack()
    job = default_job(stack)
    before = template_of(stack)
    job.apply_removal_policy(RemovalPolicy.DESTROY)
    assert template_of(stack) == before
    assert {"DeletionPolicy", "UpdateReplacePolicy"}.isdisjoint(only(before, JOB)), "CloudFormation's default is Delete"


@pytest.mark.parametrize("policies", [RemovalPolicies, MissingRemovalPolicies])
def test_no_aspect_retains_a_job_that_may_run(policies: Any) -> None:
    stack = new_stack()
    s3.CfnBucket(stack, "Bucket")
    default_job(stack)
    policies.of(stack).retain()
    template = template_of(stack)
    assert only(template, "AWS::S3::Bucket")["DeletionPolicy"] == "Retain"
    assert {"DeletionPolicy", "UpdateReplacePolicy"}.isdisjoint(only(template, JOB))


def test_missing_removal_policies_retain_no_model_of_an_endpoint() -> None:
    stack = new_stack()
    best = default_job(stack).recommend_real_time("Best")
    RecommendedEndpoint(stack, "Endpoint", recommendation=best, model=MODEL, role=given_role(stack))
    MissingRemovalPolicies.of(stack).retain()
    assert only(template_of(stack), "Custom::RecommendedModel")["DeletionPolicy"] == "Delete"
