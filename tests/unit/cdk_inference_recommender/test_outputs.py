"""`job.add_outputs()`: names of a stack's outputs that stay."""

from __future__ import annotations

import pytest
from aws_cdk.assertions import Template

from cdk_inference_recommender import InferenceRecommendationsJob, ValidationError
from tests.unit.cdk_inference_recommender.synthesis import job_with_given_role, new_stack


def outputs(job: InferenceRecommendationsJob) -> set[str]:
    return set(Template.from_stack(job.stack).to_json().get("Outputs", {}))


def test_the_job_alone() -> None:
    job = job_with_given_role(new_stack())
    reported = job.add_outputs()
    assert outputs(job) == set(reported) == {"JobName", "JobArn"}


def test_a_recommendation_is_reported_by_its_id() -> None:
    job = job_with_given_role(new_stack())
    job.add_outputs(job.recommend_real_time("Best"), job.recommend_serverless("On-demand"))
    assert outputs(job) == {
        "JobName",
        "JobArn",
        "BestInstanceType",
        "BestInitialInstanceCount",
        "BestRecommendationId",
        "BestCostPerInference",
        "BestModelLatencyMs",
        "BestMaxInvocations",
        "OndemandMemorySizeInMB",
        "OndemandMaxConcurrency",
        "OndemandRecommendationId",
        "OndemandCostPerInference",
        "OndemandModelLatencyMs",
        "OndemandMaxInvocations",
    }


def test_values_are_the_recommendations_own() -> None:
    job = job_with_given_role(new_stack())
    best = job.recommend_real_time("Best")
    job.add_outputs(best)
    template = Template.from_stack(job.stack).to_json()
    (logical_id,) = (
        name for name, each in template["Resources"].items() if each["Type"] == "Custom::InferenceRecommendation"
    )
    assert template["Outputs"]["BestInstanceType"]["Value"] == {"Fn::GetAtt": [logical_id, "InstanceType"]}
    assert template["Outputs"]["JobName"]["Value"]["Ref"]


def test_a_prefix_distinguishes_two_jobs() -> None:
    stack = new_stack()
    first, second = job_with_given_role(stack, "First"), job_with_given_role(stack, "Second")
    first.add_outputs()
    with pytest.raises(ValidationError, match=r"has JobName already\. Tell the two apart with Second\.add_outputs"):
        second.add_outputs()
    second.add_outputs(prefix="Second")
    assert outputs(first) == {"JobName", "JobArn", "SecondJobName", "SecondJobArn"}


def test_a_prefix_that_no_output_can_have_is_refused() -> None:
    with pytest.raises(ValidationError, match="prefix = 'my-': the name of an output has letters and digits only"):
        job_with_given_role(new_stack()).add_outputs(prefix="my-")


def test_another_jobs_recommendation_is_refused() -> None:
    stack = new_stack()
    first, second = job_with_given_role(stack, "First"), job_with_given_role(stack, "Second")
    with pytest.raises(ValidationError, match="Stack/Second/Best isn't a recommendation of Stack/First"):
        first.add_outputs(second.recommend_real_time("Best"))


def test_ids_that_differ_in_signs_only_are_refused() -> None:
    job = job_with_given_role(new_stack())
    with pytest.raises(ValidationError, match="Two recommendations would have the output Best: "):
        job.add_outputs(job.recommend_real_time("Best"), job.recommend_real_time("Be-st"))


def test_an_existing_job_can_be_reported_too() -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", "measured-before")
    job.add_outputs(job.recommend_real_time("Best"))
    assert Template.from_stack(stack).to_json()["Outputs"]["JobName"]["Value"] == "measured-before"
