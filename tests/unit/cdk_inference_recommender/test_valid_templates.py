"""Templates that CloudFormation accepts: cfn-lint and the CDK's own validation find nothing in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, CfnResource, CloudFormationValidatePlugin, Stage, Validations
from cfnlint.api import ManualArgs, lint

from cdk_inference_recommender import Constraints, InferenceRecommendationsJob, RecommendedEndpoint

from .every_prop import every_prop
from .synthesis import Json, new_app, new_stack

if TYPE_CHECKING:
    from aws_cdk import Stack

ROOT = Path(__file__).parents[3]


def errors_of(template: str) -> list[str]:
    found = lint(template, config=ManualArgs(regions=["us-east-1"]))
    return [f"{match.rule.id} {match.path}: {match.message}" for match in found if match.rule.id.startswith("E")]


def violations_in(assembly: Path) -> list[str]:
    """Return what the CDK's validation found; it must have run."""
    reports = json.loads((assembly / "validation-report.json").read_text())["pluginReports"]
    [found] = [report["violations"] for report in reports if report["pluginName"] == "CloudFormation Validate"]
    return [f"{violation['ruleName']} {violation['description']}" for violation in found]


def validated_app(context: Json | None = None) -> App:
    """Return an app whose templates the CDK validates, which it doesn't in other tests."""
    app = new_app(context)
    Validations.of(app).add_plugins(CloudFormationValidatePlugin())
    return app


def assembly_of(stack: Stack) -> Path:
    stage = Stage.of(stack)
    assert stage is not None
    return Path(stage.synth().directory)


def test_the_example_application(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env=os.environ | {"CDK_OUTDIR": str(tmp_path), "CDK_VALIDATION": "true"},
        check=True,
        capture_output=True,
    )
    templates = sorted(tmp_path.glob("*.template.json"))
    assert len(templates) >= 3
    assert {path.name: errors_of(path.read_text()) for path in templates} == {path.name: [] for path in templates}
    assert violations_in(tmp_path) == []


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
    endpoint.auto_scale_as_recommended(best.recommend_scaling("Scaling", max_invocations=900))
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
    assert errors_of((assembly / f"{stack.artifact_id}.template.json").read_text()) == []
