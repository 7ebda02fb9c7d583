"""Stacks with jobs, and what they are synthesised to."""

from __future__ import annotations

import json
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Any, Final

import pytest
from aws_cdk import App, Duration, Environment, Stack, Stage
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import (
    Domain,
    EndpointInputConfiguration,
    Framework,
    InferenceRecommendationsJob,
    JobType,
    ModelContainerConfig,
    ModelLatencyThreshold,
    ModelSource,
    PayloadConfig,
    Phase,
    StoppingConditions,
    Task,
    TrafficPattern,
)
from cdk_inference_recommender.job.props.stopping_conditions import LatencyPercentile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct, IConstruct

Json = dict[str, Any]

JOB: Final = "Custom::InferenceRecommendationsJob"
WAIT: Final = "Custom::InferenceRecommendationsJobWait"
RECOMMENDATION: Final = "Custom::InferenceRecommendation"
POLICY: Final = "AWS::IAM::Policy"

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
PACKAGE_ARN: Final = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/bert/1"
ROLE_ARN: Final = f"arn:aws:iam::{ACCOUNT}:role/recommender"
MODEL_CONFIG: Final = ModelContainerConfig(
    domain=Domain.COMPUTER_VISION,
    task=Task.CLASSIFICATION,
    framework=Framework.PYTORCH,
    framework_version="2.1",
    payload_config=PayloadConfig(
        sample_payload_url="s3://payloads/sample.tar.gz", supported_content_types=["application/json"]
    ),
)
"""What a job on a model that is no model package needs."""

ASSETS_STAY_IN_PLACE: Final = "aws:cdk:disable-asset-staging"
"""Context that saves copying the handler's sources into each cloud assembly."""
_OUTPUT: Final = TemporaryDirectory(prefix="synthesis-")
"""Cloud assemblies; removed when the process ends."""


def new_app(context: Mapping[str, Any] | None = None) -> App:
    return App(
        outdir=mkdtemp(dir=_OUTPUT.name), tree_metadata=False, context={ASSETS_STAY_IN_PLACE: True, **(context or {})}
    )


def new_stack(scope: Construct | None = None, name: str = "Stack", *, env: Environment | None = None) -> Stack:
    return Stack(scope or new_app(), name, env=env)


def payloads(stack: Stack) -> s3.IBucket:
    """The bucket that sound jobs read from; one construct a stack."""
    existing = stack.node.try_find_child("Payloads")
    return existing or s3.Bucket.from_bucket_name(stack, "Payloads", "payloads")  # type: ignore[return-value]


def images(stack: Stack) -> ecr.IRepository:
    """The repository that sound jobs pull from; one construct a stack."""
    existing = stack.node.try_find_child("Images")
    return existing or ecr.Repository.from_repository_name(stack, "Images", "bert")  # type: ignore[return-value]


def given_role(stack: Stack) -> iam.IRole:
    """The role that jobs have whose tests aren't about roles; one construct a stack."""
    existing = stack.node.try_find_child("GivenRole")
    return existing or iam.Role.from_role_arn(stack, "GivenRole", ROLE_ARN)  # type: ignore[return-value]


def default_job(scope: Construct, name: str = "Job", **props: Any) -> InferenceRecommendationsJob:
    """A job of the default type that has no problem, but for what the props say."""
    stack = Stack.of(scope)
    sound: Json = {"model": ModelSource.from_model_package(PACKAGE_ARN)}
    if "role" not in props:
        sound |= {"input_buckets": [payloads(stack)], "image_repositories": [images(stack)]}
    return InferenceRecommendationsJob(scope, name, **(sound | props))


def job_with_given_role(scope: Construct, name: str = "Job", **props: Any) -> InferenceRecommendationsJob:
    """A job like the default one, in three quarters of its time."""
    return default_job(scope, name, **{"role": given_role(Stack.of(scope)), **props})


def load_test(scope: Construct, name: str = "Job", **props: Any) -> InferenceRecommendationsJob:
    """An Advanced job that has no problem, but for what the props say."""
    sound: Json = {
        "job_type": JobType.ADVANCED,
        "job_duration": Duration.hours(1),
        "traffic_pattern": TrafficPattern.phases(
            Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2))
        ),
        "max_number_of_tests": 1,
        "max_parallel_of_tests": 1,
        "endpoint_configurations": [EndpointInputConfiguration.real_time("ml.c5.xlarge")],
        "stopping_conditions": StoppingConditions(
            max_invocations=100,
            model_latency_thresholds=[
                ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=Duration.millis(100))
            ],
        ),
    }
    return default_job(scope, name, **(sound | props))


def template_of(stack: Stack, *, check: bool = True) -> Json:
    """Synthesise the whole app, and take the stack's template; without a check, whatever its problems."""
    stage = Stage.of(stack)
    assert stage is not None
    template: Json = stage.synth(skip_validation=not check).get_stack_artifact(stack.artifact_id).template
    return template


def errors_of(scope: Stack | Stage) -> list[str]:
    """The errors that a synthesis of the whole stage reports, one a line."""
    stage = scope if isinstance(scope, Stage) else Stage.of(scope)
    assert stage is not None
    with pytest.raises(RuntimeError, match="Validation failed with the following errors:\n") as failure:
        stage.synth()
    return [line.strip() for line in str(failure.value).splitlines()[1:] if line.strip()]


def warnings_of(stack: Stack) -> list[str]:
    stage = Stage.of(stack)
    assert stage is not None
    return [str(message.entry.data) for message in stage.synth().get_stack_artifact(stack.artifact_id).messages]


def resources(template: Json, kind: str | None = None) -> dict[str, Json]:
    """Resources by logical id, all or those of one type."""
    return {
        logical_id: resource
        for logical_id, resource in template["Resources"].items()
        if kind is None or resource["Type"] == kind
    }


def only(template: Json, kind: str) -> Json:
    """The one resource of its type."""
    (found,) = resources(template, kind).values()
    return found


def logical_id(construct: IConstruct) -> str:
    """The logical id of a construct's primary resource."""
    child: Any = construct.node.default_child
    while child.node.default_child is not None:
        child = child.node.default_child
    resolved: str = Stack.of(construct).resolve(child.logical_id)
    return resolved


def request_of(stack: Stack) -> Json:
    """Return the request of the stack's only job."""
    request: Json = only(template_of(stack), JOB)["Properties"]["Request"]
    return request


def statements(template: Json, prefix: str) -> list[Json]:
    """What the policies say whose logical id begins with the prefix."""
    return [
        statement
        for name, policy in resources(template, POLICY).items()
        if name.startswith(prefix)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def role_statements(template: Json, prefix: str) -> list[Json]:
    """What a role may do: its own inline policies first, then those of other resources."""
    (role,) = (name for name in resources(template, "AWS::IAM::Role") if name.startswith(prefix))
    own = template["Resources"][role]["Properties"].get("Policies", [])
    attached = [
        policy["Properties"]
        for policy in resources(template, POLICY).values()
        if {"Ref": role} in policy["Properties"]["Roles"]
    ]
    return [statement for policy in (*own, *attached) for statement in policy["PolicyDocument"]["Statement"]]


def arn(service: str, resource: str, *, region: bool = True) -> Json:
    """An ARN in the stack's own account and Region, as templates have it."""
    place = [{"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, f":{resource}"] if region else []
    head = f":{service}:" if region else f":{service}:::{resource}"
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, head, *place]]}


def state_machine_definition(template: Json) -> Json:
    """Of the one state machine, with HANDLER in place of its function."""
    properties = only(template, "AWS::StepFunctions::StateMachine")["Properties"]
    parts = properties["DefinitionString"]["Fn::Join"][1]
    definition: Json = json.loads("".join(part if isinstance(part, str) else "HANDLER" for part in parts))
    return definition
