"""Stacks with jobs, written with this library and as its users would write them without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import custom_resources

from benchmarks.benchmark import OURS
from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT, REGION = "123456789012", "us-west-2"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/x"
PACKAGE_ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/g/1"
REQUEST: dict[str, Any] = {
    "JobType": "Default",
    "RoleArn": ROLE_ARN,
    "InputConfig": {"ModelPackageVersionArn": PACKAGE_ARN},
}
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
MACHINE_ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
WAITING = {"AcceptStopped": False, "TimeoutSeconds": 5400, "StateMachineArn": MACHINE_ARN}

RAW = "four raw resources"
PROVIDER_EACH = "a Provider for each job"
PROVIDER_SHARED = "one shared Provider"


def new_stack(app: cdk.App | None = None, name: str = "Stack") -> cdk.Stack:
    """Return a stack of an app that doesn't limit its resources."""
    app = app or cdk.App(context={"@aws-cdk/core:stackResourceLimit": 0}, analytics_reporting=False)
    return cdk.Stack(app, name, env=cdk.Environment(account=ACCOUNT, region=REGION))


def jobs(stack: cdk.Stack) -> Callable[[int], object]:
    """Return what declares a Default job, its role given, with this library."""
    role = iam.Role.from_role_arn(stack, "Role", ROLE_ARN)
    model = ModelSource.from_model_package(PACKAGE_ARN)
    return lambda number: InferenceRecommendationsJob(stack, f"Job{number}", role=role, model=model)


def raw_resources(stack: cdk.Stack) -> Callable[[int], object]:
    """Return what declares a policy, the start of a job and two waits for it, as the CDK's lowest level has them."""

    def declare(number: int) -> None:
        policy = cdk.CfnResource(
            stack,
            f"Policy{number}",
            type="AWS::IAM::Policy",
            properties={
                "PolicyName": f"Policy{number}",
                "Roles": ["r"],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE_ARN}],
                },
            },
        )
        before = start = cdk.CfnResource(
            stack,
            f"Job{number}",
            type="Custom::Job",
            properties={
                "ServiceToken": FUNCTION_ARN,
                "ServiceTimeout": "1800",
                "Request": REQUEST,
                "NamePrefix": f"job-{number}",
                **WAITING,
            },
        )
        start.add_resource_dependency(policy)
        job_name = start.ref
        for wait_stage in (1, 2):
            wait = cdk.CfnResource(
                stack,
                f"Job{number}Wait{wait_stage}",
                type="Custom::JobWait",
                properties={
                    "ServiceToken": FUNCTION_ARN,
                    "ServiceTimeout": "3540",
                    "JobName": job_name,
                    "Stage": wait_stage,
                    "Stages": 2,
                    "HandOverAfterSeconds": 2700,
                    "PollIntervalSeconds": 30,
                    **WAITING,
                },
            )
            wait.add_resource_dependency(before)
            before = wait

    return declare


def provider_for_each(stack: cdk.Stack) -> Callable[[int], object]:
    """Return what declares a custom resource with an asynchronous provider of its own."""
    return lambda number: _custom_resource(stack, number, _provider(stack, f"Provider{number}"))


def shared_provider(stack: cdk.Stack) -> Callable[[int], object]:
    """Return what declares a custom resource of an asynchronous provider that all of them share."""
    provider = _provider(stack, "Provider")
    return lambda number: _custom_resource(stack, number, provider)


DECLARATIONS = {
    OURS: jobs,
    RAW: raw_resources,
    PROVIDER_EACH: provider_for_each,
    PROVIDER_SHARED: shared_provider,
}


def _provider(stack: cdk.Stack, name: str) -> custom_resources.Provider:
    functions = [
        lambda_.Function(
            stack,
            f"{name}{event}",
            code=lambda_.Code.from_inline("def handler(event, context): pass"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
        )
        for event in ("OnEvent", "IsComplete")
    ]
    for function in functions:
        function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["sagemaker:CreateInferenceRecommendationsJob", "iam:PassRole"], resources=["*"]
            )
        )
    return custom_resources.Provider(
        stack,
        name,
        on_event_handler=functions[0],
        is_complete_handler=functions[1],
        query_interval=cdk.Duration.seconds(30),
        total_timeout=cdk.Duration.hours(1),
    )


def _custom_resource(stack: cdk.Stack, number: int, provider: custom_resources.Provider) -> None:
    cdk.CustomResource(
        stack,
        f"Job{number}",
        service_token=provider.service_token,
        resource_type="Custom::Job",
        properties={"Request": REQUEST},
    )
