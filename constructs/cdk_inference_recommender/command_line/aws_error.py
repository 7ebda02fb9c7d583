"""Messages for boto3 errors, with a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
)

from inference_recommendations_handler.aws.error_codes import EXPIRED_CREDENTIALS, REJECTED_CREDENTIALS, WRONG_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

AWS_ERRORS: Final = (ClientError, BotoCoreError)
"""Exceptions that a boto3 call raises."""

_BY_CLASS: Final[Mapping[type[Exception], str]] = {
    NoRegionError: "No AWS Region is configured. Give --region, or set AWS_REGION.",
    NoCredentialsError: "No AWS credentials were found. Give --profile, or run: aws configure",
    PartialCredentialsError: "The AWS credentials are incomplete. Set both the access key id and the secret.",
}
_BY_CODE: Final[Mapping[frozenset[str], str]] = {
    EXPIRED_CREDENTIALS: "The AWS credentials have expired. Renew them, for example with: aws sso login",
    WRONG_TIME: "AWS doesn't accept the time of the request. Set this computer's clock.",
    REJECTED_CREDENTIALS: "AWS doesn't accept the credentials. Check --profile and --region.",
}


def say(error: Exception) -> str:
    """Return one line for an error of boto3: the cause, then the remedy if there is one."""
    for kind, message in _BY_CLASS.items():
        if isinstance(error, kind):
            return message
    text = " ".join(str(error).split())
    if isinstance(error, ProfileNotFound):
        return f"{text}. Name one of your AWS configuration files."
    if isinstance(error, SSLError):
        return f"{text}. Give --ca-bundle, or AWS_CA_BUNDLE, the certificates of the authority that the service uses."
    if isinstance(error, EndpointConnectionError):
        return f"{text.rstrip('.')}. Check --region, --endpoint-url and AWS_ENDPOINT_URL, and the network."
    code = code_of(error)
    for codes, remedy in _BY_CODE.items():
        if code in codes:
            return f"{remedy} ({message_of(error)})"
    return f"{message_of(error)} ({code}, {error.operation_name})" if isinstance(error, ClientError) else text


def code_of(error: Exception) -> str:
    """Return the service's error code; empty without a response."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def message_of(error: Exception) -> str:
    """Return the service's message on one line, without boto3's preamble."""
    text = error.response.get("Error", {}).get("Message", "") if isinstance(error, ClientError) else ""
    return " ".join((text or str(error)).split())
