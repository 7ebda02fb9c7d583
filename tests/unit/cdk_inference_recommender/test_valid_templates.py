"""Templates that CloudFormation accepts: cfn-lint and the CDK's own validation find nothing in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import CfnResource, Stage

from cdk_inference_recommender import Constraints, InferenceRecommendationsJob, RecommendedEndpoint

from .every_prop import every_prop
from .synthesis import Json, new_stack
from .template_validation import lint_errors, validated_app, violations_in

if TYPE_CHECKING:
    from aws_cdk import Stack

pytestmark = pytest.mark.usefixtures("arguments_are_checked")

ROOT = Path(__file__).parents[3]


def assembly_of(stack: Stack) -> Path:
    stage = Stage.of(stack)
    assert stage is not None
    return Path(stage.synth().directory)


def _common(props: Json) -> Json:
    return {"model": props["model"], "input_buckets": props["input_buckets"], "tags": {"team": "search"}}


def every_prop_stack(context: Json | None = None) -> Stack:
    stack = new_stack(validated_app(context))
    on_instances, on_serverless = every_prop(stack)
    best = InferenceRecommendationsJob(stack, "Job", **on_instances).recommend_real_time(
        "Best", constraints=Constraints(max_cost_per_hour=0.5)
    )
    best.publish("/bert/best")
    endpoint = RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        volume_encryption_key=on_instances["volume_encryption_key"],
        vpc=on_instances["vpc"],
        network_isolation=True,
        **_common(on_instances),
    )
    scaling = best.recommend_scaling("Scaling", max_invocations=900)
    endpoint.auto_scale_instance_count(
        min_capacity=scaling.min_capacity, max_capacity=scaling.max_capacity
    ).scale_as_recommended("Load", scaling)
    serverless = InferenceRecommendationsJob(stack, "ServerlessJob", **on_serverless).recommend_serverless("Best")
    serverless.publish("/bert/serverless")
    RecommendedEndpoint(stack, "ServerlessEndpoint", recommendation=serverless, **_common(on_serverless))
    InferenceRecommendationsJob.from_job_name(stack, "Existing", "bert").recommend_real_time("Best")
    return stack


def test_the_validation_finds_what_no_schema_allows() -> None:
    stack = new_stack(validated_app())
    CfnResource(stack, "Queue", type="AWS::SQS::Queue", properties={"Unheard": 1})
    [violation] = violations_in(assembly_of(stack))
    assert "Unheard" in violation


@pytest.mark.parametrize("flags", [False, True], ids=["no feature flags", "every feature flag"])
def test_jobs_with_every_prop(*, flags: bool) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"] if flags else None
    stack = every_prop_stack(context)
    assembly = assembly_of(stack)
    assert violations_in(assembly) == []
    assert lint_errors((assembly / f"{stack.artifact_id}.template.json").read_text()) == []
