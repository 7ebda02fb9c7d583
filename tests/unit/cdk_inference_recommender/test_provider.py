"""What serves a stack's jobs when they are deployed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Stage
from constructs import Construct

import inference_recommendations_handler
from cdk_inference_recommender.provider import handler_function
from tests.lifecycle import retriers

from .synthesis import (
    ASSETS_STAY_IN_PLACE,
    Json,
    default_job,
    new_app,
    new_stack,
    only,
    resources,
    state_machine_definition,
    template_of,
)

if TYPE_CHECKING:
    from aws_cdk import Stack

SOURCES = Path(inference_recommendations_handler.__file__).parent


@pytest.fixture(scope="module")
def template() -> Json:
    stack = new_stack()
    default_job(stack)
    return template_of(stack)


def asset_of(stack: Stack) -> Path:
    """The folder that becomes the function's code."""
    key = only(template_of(stack), "AWS::Lambda::Function")["Properties"]["Code"]["S3Key"]
    stage = Stage.of(stack)
    assert stage is not None
    return Path(stage.synth().directory) / f"asset.{key.removesuffix('.zip')}"


def test_the_function_s_logical_id_never_changes_since_a_service_token_can_t() -> None:
    for scope in (lambda stack: stack, lambda stack: Construct(stack, "Deep")):
        stack = new_stack()
        default_job(scope(stack))
        assert list(resources(template_of(stack), "AWS::Lambda::Function")) == ["InferenceRecommenderHandler"]


def test_every_custom_resource_is_served_by_it(template: Json) -> None:
    served = [found for found in resources(template).values() if found["Type"].startswith("Custom::")]
    assert len(served) == 3
    for resource in served:
        assert resource["Properties"]["ServiceToken"] == {"Fn::GetAtt": ["InferenceRecommenderHandler", "Arn"]}


def test_the_function_runs_the_handler_on_a_runtime_of_every_region(template: Json) -> None:
    properties = only(template, "AWS::Lambda::Function")["Properties"]
    assert {name: properties[name] for name in ("Runtime", "Handler", "Architectures", "Timeout", "MemorySize")} == {
        "Runtime": "python3.13",
        "Handler": "inference_recommendations_handler.handler.on_event",
        "Architectures": ["x86_64"],
        "Timeout": 60,
        "MemorySize": 256,
    }
    assert "Environment" not in properties


def test_the_handler_that_it_names_exists() -> None:
    assert callable(import_module("inference_recommendations_handler.handler").on_event)


def test_a_late_create_starts_no_job_after_its_delete(template: Json) -> None:
    properties = only(template, "AWS::Lambda::EventInvokeConfig")["Properties"]
    assert properties == {
        "FunctionName": {"Ref": "InferenceRecommenderHandler"},
        "Qualifier": "$LATEST",
        "MaximumEventAgeInSeconds": 300,
        "MaximumRetryAttempts": 2,
    }


def test_logs_are_kept_for_a_month_also_when_the_stack_is_rolled_back(template: Json) -> None:
    group = only(template, "AWS::Logs::LogGroup")
    assert group["Properties"]["RetentionInDays"] == 30
    assert group["DeletionPolicy"] == "Retain"


def test_the_state_machine_waits_polls_and_responds_to_cloudformation_in_any_case(template: Json) -> None:
    definition = state_machine_definition(template)
    comments = [definition.pop("Comment"), *(state.pop("Comment", "") for state in definition["States"].values())]
    assert all(isinstance(comment, str) for comment in comments)
    assert definition == {
        "StartAt": "Wait",
        "States": {
            "Wait": {"Type": "Wait", "SecondsPath": "$.waitSeconds", "Next": "Poll"},
            "Poll": {
                "Type": "Task",
                "Resource": "HANDLER",
                "TimeoutSeconds": 65,
                # Those with which the handler's lifecycle is proven.
                "Retry": retriers.POLL,
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Respond"}],
                "Next": "Done?",
            },
            "Done?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "Succeed"}],
                "Default": "Wait",
            },
            "Succeed": {"Type": "Succeed"},
            "Respond": {
                "Type": "Task",
                "Resource": "HANDLER",
                "TimeoutSeconds": 65,
                "Retry": retriers.RESPONSE,
                "End": True,
            },
        },
        "TimeoutSeconds": 25 * 3600,
    }


def test_the_state_machine_logs_no_execution_data(template: Json) -> None:
    assert "LoggingConfiguration" not in only(template, "AWS::StepFunctions::StateMachine")["Properties"]


def test_the_function_s_code_is_the_handler_s_sources_and_nothing_else() -> None:
    stack = new_stack(new_app({ASSETS_STAY_IN_PLACE: False}))
    default_job(stack)
    asset = asset_of(stack)
    deployed = {path.relative_to(asset / SOURCES.name): path for path in asset.rglob("*") if path.is_file()}
    sources = {path.relative_to(SOURCES): path for path in SOURCES.rglob("*.py")}
    assert deployed.keys() == sources.keys()
    assert all(deployed[name].read_bytes() == source.read_bytes() for name, source in sources.items())


def test_the_function_may_read_its_code_whatever_the_umask_at_synthesis() -> None:
    stack = new_stack(new_app({ASSETS_STAY_IN_PLACE: False}))
    umask = os.umask(0o077)
    try:
        handler_function._temporary_copy.cache_clear()
        default_job(stack)
    finally:
        os.umask(umask)
    assert {path.stat().st_mode & 0o777 for path in asset_of(stack).rglob("*.py")} == {0o644}


def test_the_sources_are_copied_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    default_job(new_stack(new_app({ASSETS_STAY_IN_PLACE: False})))
    monkeypatch.setattr(handler_function, "files", lambda _package: pytest.fail("the sources are copied again"))
    default_job(new_stack(new_app({ASSETS_STAY_IN_PLACE: False})))


def test_code_that_is_not_staged_stays_with_the_assembly(tmp_path: Path) -> None:
    program = """
from aws_cdk import App
from tests.unit.cdk_inference_recommender.synthesis import default_job, new_stack
app = App(context={"aws:cdk:disable-asset-staging": True})
for name in ("First", "Second"):
    default_job(new_stack(app, name))
app.synth()
"""
    stale = tmp_path / "inference-recommender-handler" / SOURCES.name / "of_an_older_release.py"
    stale.parent.mkdir(parents=True)
    stale.touch()
    environment = {**os.environ, "CDK_OUTDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], cwd=SOURCES.parents[1], env=environment, check=True)
    manifest = json.loads((tmp_path / "First.assets.json").read_text())
    places = {Path(tmp_path, asset["source"]["path"]) for asset in manifest["files"].values()}
    (code,) = [place for place in places if place.is_dir()]
    found = {path.relative_to(code / SOURCES.name) for path in code.rglob("*") if path.is_file()}
    assert found == {path.relative_to(SOURCES) for path in SOURCES.rglob("*.py")}
