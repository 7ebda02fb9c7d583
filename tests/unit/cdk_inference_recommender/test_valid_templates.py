"""Templates that CloudFormation takes, as far as its schemas tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cfnlint.api import ManualArgs, lint

from cdk_inference_recommender import Constraints, InferenceRecommendationsJob, RecommendedEndpoint

from .every_prop import every_prop
from .synthesis import Json, new_app, new_stack, template_of

if TYPE_CHECKING:
    from aws_cdk import Stack

ROOT = Path(__file__).parents[3]


def errors_of(template: str) -> list[str]:
    found = lint(template, config=ManualArgs(regions=["us-east-1", "eu-west-1"]))
    return [f"{match.rule.id} {match.path}: {match.message}" for match in found if match.rule.id.startswith("E")]


def test_the_example_application(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env=os.environ | {"CDK_OUTDIR": str(tmp_path)},
        check=True,
        capture_output=True,
    )
    templates = sorted(tmp_path.glob("*.template.json"))
    assert len(templates) >= 3
    assert {path.name: errors_of(path.read_text()) for path in templates} == {path.name: [] for path in templates}


def _common(props: Json) -> Json:
    return {"model": props["model"], "input_buckets": props["input_buckets"], "tags": {"team": "search"}}


def every_prop_template(context: Json | None = None) -> Json:
    stack: Stack = new_stack(new_app(context))
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
    return template_of(stack)


@pytest.mark.parametrize("flags", [False, True], ids=["no feature flags", "every feature flag"])
def test_jobs_with_every_prop(*, flags: bool) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"] if flags else None
    assert errors_of(json.dumps(every_prop_template(context))) == []
