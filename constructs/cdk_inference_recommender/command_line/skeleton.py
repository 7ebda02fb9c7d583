"""`inference-recommender skeleton`: prints a request document to start from."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any, Final

import botocore.session
import yaml
from botocore.utils import ArgumentGenerator

from cdk_inference_recommender.command_line.output.problem_report import has_errors, problem_lines
from cdk_inference_recommender.request import check_request
from cdk_inference_recommender.request.placeholder import placeholder

from .command_error import CommandError
from .document_argument import NamedDocument, add_cli_input, read_document

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_Document = dict[str, Any]

_INPUT: Final = "input"
_YAML_INPUT: Final = "yaml-input"
_OUTPUT: Final = "output"
_RESPONSE: Final = "CreateInferenceRecommendationsJobResponse"

_PACKAGE: Final = placeholder(
    "the ARN of a model package version, ending in /<version>, such as "
    "arn:aws:sagemaker:eu-west-1:123456789012:model-package/my-group/1"
)
_ROLE: Final = placeholder(
    "the ARN of a role that SageMaker may assume and that may read the sample payload and the model, such as "
    "arn:aws:iam::123456789012:role/my-role"
)
_NAME: Final = placeholder(
    "a name of 1 to 40 letters, digits and hyphens, of which from_cli_input takes at most 24 as a prefix; to the AWS "
    "CLI, one that no job of the account and Region ever had"
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
"""Requests that are valid once their placeholders are filled in."""


def add_skeleton(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command.

    Args:
        commands: What the parser's `add_subparsers` has returned.
    """
    parser = commands.add_parser(
        "skeleton",
        help="print a request of create-inference-recommendations-job to begin with",
        description=(
            "Print a document for the AWS CLI's create-inference-recommendations-job, as --cli-input-json or "
            "--cli-input-yaml takes it. Fill in what stands between < and >; inference-recommender validate names what "
            "is left. With --generate-cli-skeleton output: check a request, and print a sample of the service's "
            "response. Exit code: 0; 1 if the request has errors; 2 if it can't be read."
        ),
    )
    parser.add_argument(
        "kind", nargs="?", choices=list(SKELETONS), default="default", help="which kind of job; default: %(default)s"
    )
    parser.add_argument(
        "--generate-cli-skeleton",
        nargs="?",
        choices=(_INPUT, _YAML_INPUT, _OUTPUT),
        const=_INPUT,
        default=_INPUT,
        dest="form",
        help="as in the AWS CLI: input prints JSON, yaml-input YAML; output checks a request; default: input",
    )
    add_cli_input(parser.add_mutually_exclusive_group())
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    request = read_document(arguments)
    if arguments.form == _OUTPUT and request is None:
        raise CommandError(
            "--generate-cli-skeleton output checks a request. Give it with --cli-input-json or --cli-input-yaml."
        )
    if arguments.form != _OUTPUT and request is not None:
        raise CommandError(
            "--cli-input-json and --cli-input-yaml are for --generate-cli-skeleton output. Leave them out, or use "
            "inference-recommender validate."
        )
    if request is not None:
        return _print_sample_output(request)
    document = SKELETONS[arguments.kind]
    if arguments.form == _YAML_INPUT:
        print(yaml.safe_dump(document, sort_keys=False, width=math.inf), end="")
    else:
        print(json.dumps(document, indent=2))
    return 0


def _print_sample_output(request: NamedDocument) -> int:
    problems = check_request(request.document)
    if problems:
        print(problem_lines(problems, request.name), file=sys.stderr)
    if has_errors(problems):
        return 1
    response = botocore.session.get_session().get_service_model("sagemaker").shape_for(_RESPONSE)
    print(json.dumps(ArgumentGenerator(use_member_names=True).generate_skeleton(response), indent=2))
    return 0
