"""Errors of AWS are one line that says what to do."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from cdk_inference_recommender.command_line.aws_error import say
from inference_recommendations_handler.aws.error_codes import UNAUTHENTICATED


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeInferenceRecommendationsJob")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoRegionError(), "No AWS Region is configured. Give --region, or set AWS_REGION."),
        (NoCredentialsError(), "No AWS credentials were found. Give --profile, or run: aws configure"),
        (
            PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            "The AWS credentials are incomplete. Set both the access key id and the secret.",
        ),
        (
            ProfileNotFound(profile="nobody"),
            "The config profile (nobody) could not be found. Name one of your AWS configuration files.",
        ),
        (
            EndpointConnectionError(endpoint_url="http://localhost:1"),
            (
                'Could not connect to the endpoint URL: "http://localhost:1". Check --region, --endpoint-url and '
                "AWS_ENDPOINT_URL, and the network."
            ),
        ),
        (
            refused("ExpiredTokenException", "The token has expired"),
            "The AWS credentials have expired. Renew them, for example with: aws sso login (The token has expired)",
        ),
        (
            refused("UnrecognizedClientException", "The security token is invalid"),
            "AWS doesn't accept the credentials. Check --profile and --region. (The security token is invalid)",
        ),
        (
            refused("InvalidSignatureException", "The signature does not match"),
            "AWS doesn't accept the credentials. Check --profile and --region. (The signature does not match)",
        ),
        (
            refused("RequestExpired", "Request has expired"),
            "AWS doesn't accept the time of the request. Set this computer's clock. (Request has expired)",
        ),
        (
            refused("AccessDeniedException", "User x is not authorized\nto perform y"),
            "User x is not authorized to perform y (AccessDeniedException, DescribeInferenceRecommendationsJob)",
        ),
        (BotoCoreError(), "An unspecified error occurred"),
    ],
)
def test_an_error_is_one_line(error: Exception, said: str) -> None:
    assert say(error) == said


@pytest.mark.parametrize("code", sorted(UNAUTHENTICATED))
def test_every_code_for_rejected_credentials_has_a_remedy(code: str) -> None:
    assert say(refused(code, "no")).startswith(("AWS doesn't accept the", "The AWS credentials have expired."))
