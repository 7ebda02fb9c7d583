"""A stage of a CDK pipeline with a job in one stack and its endpoint in another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnOutput, Environment, Stack, Stage, pipelines
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import ModelSource, RealTimeRecommendation, RecommendedEndpoint

from .synthesis import (
    ACCOUNT,
    PACKAGE_ARN,
    REGION,
    Json,
    default_job,
    images,
    logical_id,
    new_app,
    only,
    payloads,
    resources,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Environment(account=ACCOUNT, region=REGION)


class Production(Stage):
    """What a user of the library writes; the props are the job's."""

    def __init__(self, app: App, **job: Any) -> None:
        super().__init__(app, "Production", env=HERE)
        benchmarks = Stack(self, "Benchmarks")
        self.job = default_job(benchmarks, **job)
        self.best = self.job.recommend_real_time("Best")
        self.best.publish("/bert")
        self.outputs: Mapping[str, CfnOutput] = self.job.add_outputs(self.best)
        hosting = Stack(self, "Hosting")
        RecommendedEndpoint(
            hosting,
            "Endpoint",
            recommendation=RealTimeRecommendation.from_parameters(hosting, "Best", "/bert"),
            model=ModelSource.from_model_package(PACKAGE_ARN),
            input_buckets=[payloads(hosting)],
            image_repositories=[images(hosting)],
        )


def pipeline_of(app: App) -> tuple[Stack, pipelines.CodePipeline]:
    stack = Stack(app, "Pipeline", env=HERE)
    source = pipelines.CodePipelineSource.s3(s3.Bucket.from_bucket_name(stack, "Sources", "sources"), "app.zip")
    synth = pipelines.ShellStep("Synth", input=source, commands=["cdk synth"])
    return stack, pipelines.CodePipeline(stack, "Pipeline", synth=synth)


@pytest.fixture(scope="module")
def actions() -> dict[str, Json]:
    """Actions of the stage's deployment, by name; a step after it is given all of the outputs."""
    app = new_app()
    stack, pipeline = pipeline_of(app)
    production = Production(app)
    step = pipelines.ShellStep("Tell", env_from_cfn_outputs=production.outputs, commands=["echo $BestInstanceType"])
    pipeline.add_stage(production, post=[step])
    stages = only(template_of(stack), "AWS::CodePipeline::Pipeline")["Properties"]["Stages"]
    [deployment] = [stage for stage in stages if stage["Name"] == "Production"]
    return {action["Name"]: action for action in deployment["Actions"]}


def test_a_step_after_the_stage_reads_what_was_measured_and_chosen(actions: dict[str, Json]) -> None:
    namespace = actions["Benchmarks.Deploy"]["Namespace"]
    environment = json.loads(actions["Tell"]["Configuration"]["EnvironmentVariables"])
    assert {each["name"]: each["value"] for each in environment} == {
        name: f"#{{{namespace}.{name}}}"
        for name in (
            "JobName",
            "JobArn",
            "BestInstanceType",
            "BestInitialInstanceCount",
            "BestRecommendationId",
            "BestCostPerInference",
            "BestModelLatencyMs",
            "BestMaxInvocations",
        )
    }


def test_what_the_step_reads_is_an_output_of_the_stage_s_own_stack() -> None:
    production = Production(new_app())
    outputs = template_of(production.job.stack)["Outputs"]
    assert set(production.outputs) == outputs.keys()
    assert outputs["BestInstanceType"]["Value"] == {"Fn::GetAtt": [logical_id(production.best), "InstanceType"]}
    assert not any("Export" in output for output in outputs.values()), "an export in use could never be changed"


def test_the_endpoint_s_change_set_is_made_when_the_winner_is_published(actions: dict[str, Json]) -> None:
    """The change set could hold the parameters' values of the moment it is made: an earlier one would be stale."""
    order = {name: action["RunOrder"] for name, action in actions.items()}
    assert order["Benchmarks.Prepare"] < order["Benchmarks.Deploy"] < order["Hosting.Prepare"] < order["Hosting.Deploy"]
    assert order["Tell"] > order["Hosting.Deploy"]


def test_the_endpoint_s_stack_has_a_handler_of_its_own() -> None:
    app = new_app()
    Production(app)
    [hosting] = [each for each in app.synth().get_nested_assembly("assembly-Production").stacks if "Hosting" in each.id]
    assert len(resources(hosting.template, "Custom::RecommendedModel")) == 1
    assert "InferenceRecommenderHandler" in hosting.template["Resources"]


def test_problems_within_a_stage_are_all_reported_with_their_paths() -> None:
    app = new_app()
    _, pipeline = pipeline_of(app)
    production = Production(app, job_name="-", description="x" * 129)
    other = Stack(production, "Other")
    default_job(other, job_name_prefix="_")
    with pytest.raises(RuntimeError) as failed:
        pipeline.add_stage(production)
    reported = str(failed.value)
    assert "[Production/Benchmarks/Job] job_name = '-': " in reported
    assert "[Production/Benchmarks/Job] description = 'xxx" in reported
    assert "[Production/Other/Job] job_name_prefix = '_': " in reported


def test_a_direct_reference_between_the_stage_s_stacks_is_reported_too() -> None:
    app = new_app()
    _, pipeline = pipeline_of(app)
    production = Production(app)
    reader = Stack(production, "Reader")
    CfnOutput(reader, "InstanceType", value=production.best.instance_type)
    with pytest.raises(RuntimeError, match=r"\[Production/Benchmarks/Job/Best\] instance_type: "):
        pipeline.add_stage(production)
