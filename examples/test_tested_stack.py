"""Tests of `tested_stack.py` with the CDK's assertions: no AWS, no load test, a few seconds."""

import pytest
from aws_cdk import App
from aws_cdk.assertions import Annotations, Match, Template

from examples.tested_stack import ImageClassifier


@pytest.fixture(scope="module")
def stack() -> ImageClassifier:
    """Return the stack as it is deployed."""
    return ImageClassifier(App(), "ImageClassifier")


@pytest.fixture(scope="module")
def template(stack: ImageClassifier) -> Template:
    """Return the stack's template."""
    return Template.from_stack(stack)


def test_the_job_measures_our_model(template: Template) -> None:
    """Assert on the request, which is the service's; other properties of the resource are the library's own."""
    package = {"Fn::Join": Match.array_with([Match.array_with([Match.string_like_regexp("image-classifier/1$")])])}
    template.has_resource_properties(
        "Custom::InferenceRecommendationsJob",
        {"Request": {"JobType": "Default", "InputConfig": {"ModelPackageVersionArn": package}}},
    )


def test_no_winner_is_slower_than_our_limit(template: Template) -> None:
    """Assert on the constraint, which decides at deploy time."""
    template.has_resource_properties(
        "Custom::InferenceRecommendation",
        {"Objective": "CostPerInference", "Constraints": {"MaxModelLatency": 200}},
    )


def test_one_job_and_one_endpoint_cost_money(template: Template) -> None:
    """Count what is paid for."""
    template.resource_count_is("Custom::InferenceRecommendationsJob", 1)
    template.resource_count_is("AWS::SageMaker::Endpoint", 1)


def test_no_warning_is_left(stack: ImageClassifier) -> None:
    """Warnings of the library stand in the annotations, as those of the CDK do."""
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_a_limit_that_makes_no_sense_fails_the_synthesis() -> None:
    """`app.synth()` reports every problem of every job at once."""
    app = App()
    ImageClassifier(app, "ImageClassifier", max_latency_ms=0)
    with pytest.raises(Exception, match="max_model_latency"):
        app.synth()
