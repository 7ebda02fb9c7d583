"""Roles that are made outside the app (`iam.Role.customize_roles`): the CDK reports what they need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack, Stage
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from cdk_inference_recommender import ModelSource, RecommendedEndpoint

from .synthesis import (
    ACCOUNT,
    PACKAGE_ARN,
    POLICY,
    REGION,
    Json,
    default_job,
    given_role,
    images,
    new_app,
    payloads,
    resources,
    template_of,
)

HANDLER = "Stack/InferenceRecommenderProvider/Role"
PRECREATED = {
    HANDLER: "handler",
    "Stack/InferenceRecommenderProvider/StateMachine/Role": "machine",
    "Stack/Job/Role": "job",
    "Stack/Endpoint/Role": "endpoint",
}
STACK_ID_PATTERN = f"arn:(PARTITION):cloudformation:{REGION}:{ACCOUNT}:stack/Stack/*"
OTHER_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def built(app: App) -> Stack:
    stack = Stack(app, "Stack", env=Environment(account=ACCOUNT, region=REGION))
    best = default_job(stack).recommend_real_time("Best")
    default_job(
        stack, "Given", role=given_role(stack), volume_encryption_key=kms.Key.from_key_arn(stack, "OtherKey", OTHER_KEY)
    )
    endpoint = RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        model=ModelSource.from_model_package(PACKAGE_ARN),
        input_buckets=[payloads(stack)],
        image_repositories=[images(stack)],
    )
    endpoint.auto_scale_instance_count(max_capacity=2).scale_on_invocations("Load")
    return stack


def report_of(stack: Stack) -> dict[str, Json]:
    stage = Stage.of(stack)
    assert stage is not None
    roles = json.loads((Path(stage.synth().directory) / "iam-policy-report.json").read_text("utf-8"))["roles"]
    return {role["roleConstructPath"]: role for role in roles}


def allowed(role: Json) -> set[str]:
    return {
        action
        for statement in role["identityPolicyStatements"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


def statements_granted() -> dict[str, set[str]]:
    """Actions that the roles get where the CDK makes them itself."""
    template = template_of(built(new_app()))
    granted: dict[str, set[str]] = {}
    for name, role in resources(template, "AWS::IAM::Role").items():
        documents = [policy["PolicyDocument"] for policy in role["Properties"].get("Policies", [])]
        documents += [
            policy["Properties"]["PolicyDocument"]
            for policy in resources(template, POLICY).values()
            if {"Ref": name} in policy["Properties"]["Roles"]
        ]
        actions = [statement["Action"] for document in documents for statement in document["Statement"]]
        granted[name[:-8]] = {each for action in actions for each in ([action] if isinstance(action, str) else action)}
    return granted


@pytest.fixture(scope="module")
def customized() -> Stack:
    app = new_app()
    iam.Role.customize_roles(app, use_precreated_roles={**PRECREATED, "Stack/GivenRole": "given"})
    return built(app)


def test_neither_roles_nor_policies_are_in_the_template(customized: Stack) -> None:
    kinds = {resource["Type"] for resource in resources(template_of(customized)).values()}
    assert not [kind for kind in kinds if kind.startswith("AWS::IAM::")]


def test_the_report_has_every_statement(customized: Stack) -> None:
    report, granted = report_of(customized), statements_granted()
    for path in PRECREATED:
        logical_id = "".join(path.split("/")[1:])
        assert allowed(report[path]) == granted[logical_id], path


def test_each_role_is_passed_by_its_own_name(customized: Stack) -> None:
    passed = {
        statement["Resource"]
        for statement in report_of(customized)[HANDLER]["identityPolicyStatements"]
        if statement["Action"] == "iam:PassRole"
    }
    assert {f"arn:(PARTITION):iam::{ACCOUNT}:role/{name}" for name in ("job", "endpoint")} <= passed
    assert f"arn:aws:iam::{ACCOUNT}:role/recommender" in passed


def test_the_handler_s_role_is_bounded_by_what_is_known_before_the_stack_exists(customized: Stack) -> None:
    statements: list[Any] = report_of(customized)[HANDLER]["identityPolicyStatements"]
    values = [
        value
        for statement in statements
        for condition in statement.get("Condition", {}).values()
        for key, value in condition.items()
        if key.endswith("/cdk-inference-recommender:stack-id")
    ]
    assert values == [STACK_ID_PATTERN] * 4
    assert "Token" not in json.dumps(statements)


def test_a_report_alone_is_whole_too() -> None:
    app = new_app()
    iam.Role.customize_roles(app, prevent_synthesis=False)
    report, granted = report_of(built(app)), statements_granted()
    for path in PRECREATED:
        assert allowed(report[path]) == granted["".join(path.split("/")[1:])], path
