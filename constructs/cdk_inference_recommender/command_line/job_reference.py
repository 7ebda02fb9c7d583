"""The argument that names a job, or its ARN."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import request_shape
from cdk_inference_recommender.request.shape_rules import shape_problems

from .aws_options import sagemaker_client
from .command_error import CommandError
from .recommendations_job import read_job

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

    from .recommendations_job import RecommendationsJob

_ARN: Final = re.compile(
    r"arn:[^:]+:sagemaker:(?P<region>[^:]+):(?P<account>[^:]+):inference-recommendations-job/(?P<name>[^/:]+)"
)


@dataclass(frozen=True, kw_only=True)
class JobReference:
    """A job's name, with the Region and account if it was given as an ARN.

    Attributes:
        region: Where it is; None where only its name is known.
        arn: Likewise.
    """

    name: str
    region: str | None = None
    arn: str | None = None

    @classmethod
    def parse(cls, text: str) -> JobReference:
        """Read a name or an ARN.

        Raises:
            ArgumentTypeError: It is neither.
        """
        found = _ARN.fullmatch(text)
        if text.startswith("arn:") and found is None:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no job's ARN: it has the form arn:aws:sagemaker:<region>:<account>:"
                "inference-recommendations-job/<name>. Give that, or the job's name."
            )
        reference = cls(name=found["name"], region=found["region"], arn=text) if found else cls(name=text)
        if any(shape_problems(reference.name, request_shape().members["JobName"])):
            raise argparse.ArgumentTypeError(
                f"{reference.name!r} is no job's name: it has at most 64 letters, digits and hyphens, and begins and "
                "ends with a letter or digit. Give a job's name or ARN."
            )
        return reference


def add_job(parser: argparse.ArgumentParser) -> None:
    """Add the argument `JOB`."""
    parser.add_argument(
        "job", metavar="JOB", type=JobReference.parse, help="name or ARN of the job; an ARN says its Region, too"
    )


def find_job(arguments: argparse.Namespace) -> tuple[SageMakerClient, RecommendationsJob]:
    """Return the job that the command names.

    Args:
        arguments: What a parser with `aws_options` and `add_job` has parsed.

    Returns:
        A client of the job's Region, and the job.

    Raises:
        CommandError: There is no such job, or only a namesake in another account or Region.
    """
    reference: JobReference = arguments.job
    if reference.region and arguments.region and reference.region != arguments.region:
        raise CommandError(
            f"The job is in {reference.region}, says its ARN, and --region is {arguments.region}. Leave --region out."
        )
    client = sagemaker_client(arguments, region=reference.region)
    job = read_job(client, reference.name)
    if reference.arn is not None and job.description["JobArn"].lower() != reference.arn.lower():
        raise CommandError(
            f"There is no {reference.arn} for these credentials; the job of that name is "
            f"{job.description['JobArn']}. Check --profile, or give the name."
        )
    return client, job
