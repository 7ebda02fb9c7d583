"""`inference-recommender skeleton`: a request to begin with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from cdk_inference_recommender.request.placeholder import placeholder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_Document = dict[str, Any]

_PACKAGE: Final = placeholder(
    "the ARN of a model package version, ending in /<version>, such as "
    "arn:aws:sagemaker:eu-west-1:123456789012:model-package/my-group/1"
)
_ROLE: Final = placeholder(
    "the ARN of a role that SageMaker may assume and that may read the sample payload and the model, such as "
    "arn:aws:iam::123456789012:role/my-role"
)
_NAME: Final = placeholder(
    "a name of 1 to 24 letters, digits and hyphens; to the AWS CLI, one that no job of the account and Region ever had"
)
_LOAD_TEST: Final[_Document] = {
    "MaxInvocations": 300,
    "ModelLatencyThresholds": [{"Percentile": "P95", "ValueInMilliseconds": 500}],
}


def _job(job_type: str, **members: object) -> _Document:
    load_test = {"StoppingConditions": _LOAD_TEST} if job_type == "Advanced" else {}
    config = {"ModelPackageVersionArn": _PACKAGE, **members}
    return {"JobName": _NAME, "JobType": job_type, "RoleArn": _ROLE, "InputConfig": config, **load_test}


_PHASES: Final[_Document] = {
    "TrafficType": "PHASES",
    "Phases": [
        {"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 120},
        {"InitialNumberOfUsers": 3, "SpawnRate": 1, "DurationInSeconds": 120},
    ],
}
_STAIRS: Final[_Document] = {
    "TrafficType": "STAIRS",
    "Stairs": {"DurationInSeconds": 600, "NumberOfSteps": 5, "UsersPerStep": 2},
}
_INSTANCES: Final = [{"InstanceType": "ml.c5.xlarge"}, {"InstanceType": "ml.m5.xlarge"}]
_SERVERLESS: Final = [{"ServerlessConfig": {"MemorySizeInMB": size, "MaxConcurrency": 10}} for size in (2048, 4096)]
_LIMIT: Final = {"MaxNumberOfTests": 2, "MaxParallelOfTests": 2}

SKELETONS: Final[Mapping[str, _Document]] = {
    "default": _job("Default"),
    "advanced-phases": _job(
        "Advanced",
        JobDurationInSeconds=7200,
        TrafficPattern=_PHASES,
        ResourceLimit=_LIMIT,
        EndpointConfigurations=_INSTANCES,
    ),
    "advanced-stairs": _job(
        "Advanced",
        JobDurationInSeconds=7200,
        TrafficPattern=_STAIRS,
        ResourceLimit=_LIMIT,
        EndpointConfigurations=_INSTANCES,
    ),
    "serverless": _job(
        "Advanced",
        JobDurationInSeconds=7200,
        TrafficPattern=_PHASES,
        ResourceLimit=_LIMIT,
        EndpointConfigurations=_SERVERLESS,
    ),
}
"""Requests that are sound once their placeholders are filled in."""


def add_skeleton(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "skeleton",
        help="print a request of create-inference-recommendations-job to begin with",
        description=(
            "Print a document for the AWS CLI's create-inference-recommendations-job --cli-input-json. Fill in what "
            "stands between < and >; inference-recommender validate names what is left."
        ),
    )
    parser.add_argument(
        "kind", nargs="?", choices=list(SKELETONS), default="default", help="which kind of job; default: %(default)s"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    print(json.dumps(SKELETONS[arguments.kind], indent=2))
    return 0
