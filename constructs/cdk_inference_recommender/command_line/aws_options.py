"""The options with which the AWS CLI says where and as whom."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import boto3

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


def sagemaker_client(arguments: argparse.Namespace) -> SageMakerClient:
    """A client as the options say.

    Args:
        arguments: What a parser with `aws_options` has parsed.
    """
    session = boto3.Session(profile_name=arguments.profile, region_name=arguments.region)
    return session.client("sagemaker", endpoint_url=arguments.endpoint_url)
