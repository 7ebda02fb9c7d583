"""Recommendations that other stacks read from Parameter Store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, CfnParameter, Environment, NestedStack, Stack, Stage
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender import (
    ModelSource,
    RealTimeRecommendation,
    RecommendedEndpoint,
    ServerlessRecommendation,
    ValidationError,
)

from .synthesis import (
    PACKAGE_ARN,
    Json,
    default_job,
    job_with_given_role,
    logical_id,
    new_app,
    new_stack,
    resources,
    template_of,
)
from .template_validation import validated_app, violations_in

if TYPE_CHECKING:
    from constructs import Construct

PARAMETER = "AWS::SSM::Parameter"
CONTEXT: Json = json.loads((Path(__file__).parents[3] / "cdk.json").read_text())["context"]


def publisher(
    scope: Construct, prefix: str = "/bert", name: str = "Publisher", env: Environment | None = None
) -> Stack:
    stack = Stack(scope, name, env=env)
    default_job(stack).recommend_real_time("Best").publish(prefix)
    return stack


def reader(scope: Construct, prefix: str = "/bert", name: str = "Reader", env: Environment | None = None) -> Stack:
    stack = Stack(scope, name, env=env)
    best = RealTimeRecommendation.from_parameters(stack, "Best", prefix)
    variant = best.production_variant(model_name="bert")
    sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[variant])
    return stack


def values_read(template: Json) -> dict[str, Json]:
    return {
        parameter["Default"]: parameter
        for parameter in template["Parameters"].values()
        if "cdk-bootstrap" not in parameter["Default"]
    }


@pytest.mark.parametrize("kind", ["real-time", "serverless"])
def test_every_attribute_is_published_under_its_own_name(kind: str) -> None:
    stack = new_stack()
    job = job_with_given_role(stack)
    best = job.recommend_real_time("Best") if kind == "real-time" else job.recommend_serverless("Best")
    best.publish("/my-app/bert")
    published = {
        parameter["Properties"]["Name"]: parameter["Properties"]["Value"]
        for parameter in resources(template_of(stack), PARAMETER).values()
    }
    if kind == "real-time":
        assert published.pop("/my-app/bert/JobName") == {"Ref": logical_id(job)}
    own = (
        {"InstanceType", "InitialInstanceCount"}
        if kind == "real-time"
        else {"MemorySizeInMB", "MaxConcurrency", "ModelSetupTime"}
    )
    assert own < {name.removeprefix("/my-app/bert/") for name in published}
    assert len(published) == 11 + len(own)
    for name, value in published.items():
        assert value == {"Fn::GetAtt": [logical_id(best), name.removeprefix("/my-app/bert/")]}


def test_the_job_s_name_is_published_with_what_was_chosen() -> None:
    stack = new_stack()
    best = job_with_given_role(stack).recommend_real_time("Best")
    best.publish("/bert")
    parameters = resources(template_of(stack), PARAMETER).values()
    [name] = [each for each in parameters if each["Properties"]["Name"] == "/bert/JobName"]
    assert name["DependsOn"] == [logical_id(best)]


def test_a_recommendation_that_was_read_may_be_published_again() -> None:
    stack = new_stack()
    RealTimeRecommendation.from_parameters(stack, "Best", "/first").publish("/second")
    template = template_of(stack)
    names = {parameter["Default"]: name for name, parameter in template["Parameters"].items()}
    values = [each["Properties"] for each in resources(template, PARAMETER).values()]
    assert len(values) == 14
    assert {each["Name"]: each["Value"] for each in values}["/second/JobName"] == {"Ref": names["/first/JobName"]}


def test_a_recommended_count_that_another_replaces_is_not_read() -> None:
    stack = new_stack()
    RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=RealTimeRecommendation.from_parameters(stack, "Best", "/bert"),
        model=ModelSource.from_model_package(PACKAGE_ARN),
        input_buckets=[s3.Bucket.from_bucket_name(stack, "Artifacts", "artifacts")],
        initial_instance_count=2,
    )
    template = template_of(stack)
    assert "/bert/InitialInstanceCount" not in values_read(template)
    (config,) = resources(template, "AWS::SageMaker::EndpointConfig").values()
    assert config["Properties"]["ProductionVariants"][0]["InitialInstanceCount"] == 2


def test_a_recommendation_may_be_published_twice() -> None:
    stack = new_stack()
    best = job_with_given_role(stack).recommend_real_time("Best")
    best.publish("/first")
    best.publish("/second")
    assert len(resources(template_of(stack), PARAMETER)) == 28


def test_a_reader_takes_the_values_of_the_moment_it_is_deployed() -> None:
    app = new_app()
    publisher(app)
    template = template_of(reader(app))
    read = values_read(template)
    assert {(name, parameter["Type"]) for name, parameter in read.items()} == {
        ("/bert/InstanceType", "AWS::SSM::Parameter::Value<String>"),
        ("/bert/InitialInstanceCount", "AWS::SSM::Parameter::Value<String>"),
    }
    names = {parameter["Default"]: name for name, parameter in template["Parameters"].items()}
    (config,) = resources(template, "AWS::SageMaker::EndpointConfig").values()
    (variant,) = config["Properties"]["ProductionVariants"]
    assert variant["InstanceType"] == {"Ref": names["/bert/InstanceType"]}
    assert variant["InitialInstanceCount"] == {"Ref": names["/bert/InitialInstanceCount"]}


def test_a_serverless_recommendation_is_read_alike() -> None:
    stack = new_stack()
    best = ServerlessRecommendation.from_parameters(stack, "Best", "/bert")
    variant = best.production_variant(model_name="bert")
    sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[variant])
    assert values_read(template_of(stack)).keys() == {"/bert/MemorySizeInMB", "/bert/MaxConcurrency"}


@pytest.mark.parametrize("reader_first", [False, True])
def test_the_reader_is_deployed_after_the_publisher_in_whichever_order_they_are_declared(*, reader_first: bool) -> None:
    app = new_app()
    if reader_first:
        reading, publishing = reader(app), publisher(app)
    else:
        publishing, reading = publisher(app), reader(app)
    app.synth()
    assert [stack.node.id for stack in reading.dependencies] == [publishing.node.id]


def test_what_another_app_publishes_can_be_read() -> None:
    app = new_app()
    stack = reader(app, "/elsewhere")
    assert stack.dependencies == []
    assert template_of(stack)


def test_each_stage_has_its_own_publisher() -> None:
    app = new_app()
    for name in ("Test", "Production"):
        stage = Stage(app, name)
        publishing, reading = publisher(stage), reader(stage)
        assert [stack.node.path for stack in reading.dependencies] == [publishing.node.path]
    app.synth()


@pytest.mark.parametrize("reader_first", [False, True])
def test_a_stack_can_t_read_what_it_publishes_itself(*, reader_first: bool) -> None:
    stack = new_stack()
    best = job_with_given_role(stack).recommend_real_time("Best")

    def read() -> None:
        RealTimeRecommendation.from_parameters(stack, "Read", "/bert")

    def publish() -> None:
        best.publish("/bert")

    first, second = (read, publish) if reader_first else (publish, read)
    first()
    with pytest.raises(ValidationError, match=r"Stack/Job/Best publishes in this same stack.*Use that recommendation"):
        second()


@pytest.mark.parametrize("nested_reads", [False, True])
def test_a_nested_stack_is_the_same_stack(*, nested_reads: bool) -> None:
    parent = new_stack()
    nested = NestedStack(parent, "Nested")
    publishing, reading = (parent, nested) if nested_reads else (nested, parent)
    job_with_given_role(publishing).recommend_real_time("Best").publish("/bert")
    with pytest.raises(ValidationError, match=r"publishes in this same stack.*Use that recommendation itself"):
        RealTimeRecommendation.from_parameters(reading, "Read", "/bert")


def test_what_a_nested_stack_publishes_is_read_after_its_parent() -> None:
    app = new_app()
    parent = Stack(app, "Parent")
    job_with_given_role(NestedStack(parent, "Nested")).recommend_real_time("Best").publish("/bert")
    assert [stack.node.path for stack in reader(app).dependencies] == ["Parent"]


HERE = Environment(account="123456789012", region="eu-west-1")
ELSEWHERE = [
    Environment(account="123456789012", region="us-east-1"),
    Environment(account="210987654321", region="eu-west-1"),
    Environment(region="us-east-1"),
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=["Region", "account", "Region of any account"])
@pytest.mark.parametrize("readers_first", [False, True])
def test_each_account_and_region_has_a_publisher_and_readers_of_its_own(
    elsewhere: Environment, *, readers_first: bool
) -> None:
    app = new_app()
    places = {"Here": HERE, "There": elsewhere}
    made: dict[str, list[Stack]] = {"Here": [], "There": []}
    for make in (reader, publisher) if readers_first else (publisher, reader):
        for name, env in places.items():
            made[name].append(make(app, name=f"{name}{make.__name__}", env=env))
    for here, stacks in made.items():
        dependencies = [stack.node.path for one in stacks for stack in one.dependencies]
        assert dependencies == [f"{here}publisher"]
    app.synth()


@pytest.mark.parametrize("elsewhere", ELSEWHERE[:2], ids=["Region", "account"])
def test_what_is_published_elsewhere_isn_t_waited_for(elsewhere: Environment) -> None:
    app = new_app()
    publisher(app, env=HERE)
    assert reader(app, env=elsewhere).dependencies == []


@pytest.mark.parametrize("env", [None, HERE], ids=["agnostic", "given"])
def test_a_prefix_belongs_to_one_recommendation_of_an_account_and_region(env: Environment | None) -> None:
    app = new_app()
    publisher(app, name="First", env=env)
    remedy = r", or give both stacks an env if they go to different accounts or Regions" if env is None else ""
    message = rf"publish\('/bert'\): First/Job/Best publishes under this prefix already\. Choose another one{remedy}\."
    with pytest.raises(ValidationError, match=message):
        publisher(app, name="Second", env=env)


def test_a_stack_that_goes_anywhere_may_go_where_the_prefix_is_taken() -> None:
    app = new_app()
    publisher(app, name="First", env=HERE)
    with pytest.raises(ValidationError, match=r"First/Job/Best publishes under this prefix already"):
        publisher(app, name="Second")


@pytest.mark.parametrize(
    "prefix",
    ["", "/", "bert", "/bert/", "//bert", "/be rt", "/aws/bert", "/ssm/bert", "/AWS/x", f"/{'b' * 900}", "/bért"],
)
def test_a_prefix_is_a_path_of_parameter_store(prefix: str) -> None:
    stack = new_stack()
    best = job_with_given_role(stack).recommend_real_time("Best")
    with pytest.raises(ValidationError, match=r"isn't the prefix of a parameter's name\. Write a path such as"):
        best.publish(prefix)
    with pytest.raises(ValidationError, match=r"isn't the prefix of a parameter's name\. Write a path such as"):
        RealTimeRecommendation.from_parameters(stack, "Read", prefix)


def test_a_parameter_s_name_has_fifteen_levels() -> None:
    stack = new_stack()
    best = job_with_given_role(stack).recommend_real_time("Best")
    best.publish("/a" * 14)
    names = [parameter["Properties"]["Name"] for parameter in resources(template_of(stack), PARAMETER).values()]
    assert {name.count("/") for name in names} == {15}
    message = r"is too deep .*/RecommendationId', have 16 levels, and Parameter Store allows 15 .*at most 14 levels"
    with pytest.raises(ValidationError, match=message):
        best.publish("/a" * 15)
    with pytest.raises(ValidationError, match=message):
        RealTimeRecommendation.from_parameters(stack, "Read", "/a" * 15)


def test_a_prefix_that_is_refused_can_be_tried_again_with_another_one() -> None:
    stack = new_stack()
    best = job_with_given_role(stack).recommend_real_time("Best")
    with pytest.raises(ValidationError):
        best.publish("bert")
    best.publish("/bert")
    assert resources(template_of(stack), PARAMETER)


def test_a_prefix_is_literal() -> None:
    stack = new_stack()
    prefix = CfnParameter(stack, "Prefix").value_as_string
    with pytest.raises(ValidationError, match=r"known only at deploy time\. Give it as literal text"):
        RealTimeRecommendation.from_parameters(stack, "Read", prefix)


def rules_broken_in(app: App) -> list[str]:
    """Return the rules of the CDK's own template check that an app breaks."""
    return [violation.partition(" ")[0] for violation in violations_in(Path(app.synth().directory))]


def test_the_cdk_s_own_check_isn_t_taken_in_by_the_parameter_s_name() -> None:
    app = validated_app(CONTEXT)
    publisher(app)
    reader(app)
    assert rules_broken_in(app) == []


def test_it_is_silenced_where_it_is_wrong_and_nowhere_else() -> None:
    app = validated_app()
    stack = reader(app)
    instance_type = CfnParameter(stack, "InstanceType", default="ml.nonsense").value_as_string
    sagemaker.CfnEndpointConfig(
        stack,
        "Other",
        production_variants=[
            sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                model_name="bert",
                variant_name="Main",
                initial_variant_weight=1,
                initial_instance_count=1,
                instance_type=instance_type,
            )
        ],
    )
    assert rules_broken_in(app) == ["W3030"]
