"""The AWS CLI's options for Region, profile, endpoint and credentials.

boto3 is imported where it is used: that takes longer than a command without a call to AWS.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError

from cdk_inference_recommender.command_line.output.terminal_color import add_color

from .command_error import CommandError

if TYPE_CHECKING:
    from botocore.config import Config
    from types_boto3_sagemaker import SageMakerClient


def aws_options() -> argparse.ArgumentParser:
    """Return a parent parser with the options, spelled as in the AWS CLI."""
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group("AWS, as in the AWS CLI")
    group.add_argument("--profile", help="profile of the AWS configuration files")
    group.add_argument("--region", help="AWS Region; default: as configured")
    group.add_argument("--endpoint-url", help="address of the service, for example of a local AWS")
    group.add_argument(
        "--no-verify-ssl", action="store_false", dest="verify_ssl", help="don't verify the service's certificate"
    )
    group.add_argument(
        "--ca-bundle", metavar="FILE", help="certificates of the authorities to trust; default: as configured"
    )
    for what, meaning in (("read", "wait for a response"), ("connect", "wait for a connection")):
        group.add_argument(
            f"--cli-{what}-timeout",
            dest=f"{what}_timeout",
            type=_timeout,
            metavar="SECONDS",
            help=f"how long to {meaning}, 0 for without end; default: 60",
        )
    group.add_argument("--no-sign-request", action="store_false", dest="sign_request", help="call without credentials")
    group.add_argument("--debug", action="store_true", help="log what is sent and received to standard error")
    add_color(group)
    return options


def sagemaker_client(arguments: argparse.Namespace, *, region: str | None = None) -> SageMakerClient:
    """Return a client of SageMaker that is configured by the options; see `aws_client`."""
    client: SageMakerClient = aws_client("sagemaker", arguments, region=region)
    return client


def aws_client(service: str, arguments: argparse.Namespace, *, region: str | None = None, fixed: bool = False) -> Any:
    """Return a client that is configured by the options.

    Args:
        service: Its name in boto3.
        arguments: What a parser with `aws_options` has parsed.
        region: Where the options name no Region; default: as configured.
        fixed: Whether `region` goes before the options, for a service that other Regions don't have.

    Raises:
        CommandError: The address of the service is none, or there is no such bundle of certificates.
    """
    import boto3  # noqa: PLC0415

    if arguments.verify_ssl and arguments.ca_bundle is not None and not Path(arguments.ca_bundle).is_file():
        raise CommandError(f"--ca-bundle {arguments.ca_bundle!r} is no file. Check the path.")
    # boto3 doesn't read AWS_REGION, which the AWS CLI prefers to AWS_DEFAULT_REGION.
    named = None if fixed else arguments.region
    region = named or region or os.environ.get("AWS_REGION") or None
    session = boto3.Session(profile_name=arguments.profile, region_name=region)
    try:
        # The name is any service's, and only the names of one have types.
        client: Any = session.client(  # type: ignore[call-overload]
            service,
            endpoint_url=arguments.endpoint_url,
            # None is as configured. As in the AWS CLI, --no-verify-ssl goes before --ca-bundle.
            verify=arguments.ca_bundle if arguments.verify_ssl else False,
            config=_config(arguments),
        )
        _ = urlsplit(client.meta.endpoint_url).port  # raises where it is out of range, as the first call would
    except BotoCoreError:
        raise
    except ValueError as error:
        # botocore has no class of its own for it, be it the option's or the environment's.
        raise CommandError(
            f"{error}. Give --endpoint-url, or AWS_ENDPOINT_URL, a whole address such as http://localhost:8080."
        ) from error
    return client


def _config(arguments: argparse.Namespace) -> Config:
    from botocore import UNSIGNED  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    options: dict[str, Any] = {} if arguments.sign_request else {"signature_version": UNSIGNED}
    for name in ("read_timeout", "connect_timeout"):
        seconds: int | None = getattr(arguments, name)
        if seconds is not None:
            options[name] = seconds or None  # None waits without end
    return Config(**options)


def _timeout(text: str) -> int:
    try:
        seconds = int(text)
    except ValueError:
        seconds = -1
    if seconds < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of seconds, 0 or more")
    return seconds
