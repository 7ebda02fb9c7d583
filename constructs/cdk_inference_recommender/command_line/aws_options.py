"""The options with which the AWS CLI says where and as whom."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError

from cdk_inference_recommender.command_line.command_error import CommandError

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient


def aws_options() -> argparse.ArgumentParser:
    """A parent parser with the options, spelled as in the AWS CLI."""
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group("AWS")
    group.add_argument("--profile", help="profile of the AWS configuration files")
    group.add_argument("--region", help="AWS Region; default: as configured")
    group.add_argument("--endpoint-url", help="address of the service, for example of a local AWS")
    group.add_argument("--output", choices=("table", "json"), default="table", help="default: table")
    return options


def sagemaker_client(arguments: argparse.Namespace, *, region: str | None = None) -> SageMakerClient:
    """A client as the options say.

    Args:
        arguments: What a parser with `aws_options` has parsed.
        region: Where the options name no Region; default: as configured.

    Raises:
        CommandError: The address of the service is none.
    """
    session = boto3.Session(profile_name=arguments.profile, region_name=arguments.region or region)
    try:
        client = session.client("sagemaker", endpoint_url=arguments.endpoint_url)
        _ = urlsplit(client.meta.endpoint_url).port  # raises where it is out of range, as the first call would
    except BotoCoreError:
        raise
    except ValueError as error:
        # botocore has no class of its own for it, be it the option's or the environment's.
        raise CommandError(
            f"{error}. Give --endpoint-url, or AWS_ENDPOINT_URL, a whole address such as http://localhost:8080."
        ) from error
    return client
