from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import botocore
import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.retries import standard

import inference_recommendations_handler
from inference_recommendations_handler.aws.error_codes import KIND_BY_CODE, ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, is_denied, kind_of, message_of

SERVICES: Final = ("sagemaker", "stepfunctions", "ec2", "cloudformation", "application-autoscaling")
# "Common Errors" in the services' API references: the older wording, and the newer one.
COMMON: Final = """
    AccessDeniedException IncompleteSignature InternalFailure InvalidAction InvalidClientTokenId
    InvalidParameterCombination InvalidParameterValue InvalidQueryParameter MalformedQueryString MissingAction
    MissingAuthenticationToken MissingParameter NotAuthorized OptInRequired RequestExpired ServiceUnavailable
    ThrottlingException ValidationError

    ExpiredTokenException MalformedHttpRequestException RequestAbortedException RequestEntityTooLargeException
    RequestTimeoutException UnknownOperationException UnrecognizedClientException ValidationException
"""
# "Error codes for the Amazon EC2 API": common client errors, and server errors of any call.
EC2: Final = """
    AuthFailure Blocked DryRunOperation IdempotentParameterMismatch IncompleteSignature InvalidAction InvalidCharacter
    InvalidClientTokenId InvalidPaginationToken InvalidParameter InvalidParameterCombination InvalidParameterDependency
    InvalidParameterValue InvalidQueryParameter MalformedQueryString MissingAction MissingAuthenticationToken
    MissingParameter OptInRequired PendingVerification RequestExpired RequestLimitExceeded UnauthorizedOperation
    UnknownParameter UnsupportedInstanceAttribute UnsupportedOperation UnsupportedProtocol ValidationError

    InternalError InternalFailure ServiceUnavailable Unavailable
"""
PASSING: Final = """
    AuthFailure ExpiredToken ExpiredTokenException IncompleteSignature InvalidAccessKeyId InvalidClientTokenId
    InvalidSignatureException MissingAuthenticationToken MissingAuthenticationTokenException NotAuthorized
    OptInRequired RequestExpired RequestTimeTooSkewed SignatureDoesNotMatch UnrecognizedClientException
"""


def service_error(code: str, message: str = "", status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Operation")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (service_error("ThrottlingException"), ErrorKind.TRANSIENT),
        (service_error("Whatever", status=503), ErrorKind.TRANSIENT),
        (service_error("Whatever", status=429), ErrorKind.TRANSIENT),
        (ReadTimeoutError(endpoint_url="u"), ErrorKind.TRANSIENT),
        (ConnectionClosedError(endpoint_url="u"), ErrorKind.TRANSIENT),
        (EndpointConnectionError(endpoint_url="u"), ErrorKind.TRANSIENT),
        (ConnectTimeoutError(endpoint_url="u"), ErrorKind.TRANSIENT),
        (service_error("Whatever", status=408), ErrorKind.TRANSIENT),
        (service_error("Whatever", status=401), ErrorKind.PERMISSION),
        (service_error("Whatever", status=403), ErrorKind.PERMISSION),
        (service_error("Whatever", status=404), ErrorKind.PERMANENT),
        (service_error("ValidationException", status=403), ErrorKind.PERMANENT),
        (service_error("ValidationException", status=500), ErrorKind.TRANSIENT),
        (service_error("KmsThrottlingException"), ErrorKind.TRANSIENT),
        (service_error("ExecutionLimitExceeded"), ErrorKind.TRANSIENT),
        (ResponseParserError("<html>"), ErrorKind.TRANSIENT),
        (NoCredentialsError(), ErrorKind.PERMISSION),
        (CredentialRetrievalError(provider="x", error_msg="y"), ErrorKind.PERMISSION),
        (service_error("AccessDeniedException"), ErrorKind.PERMISSION),
        (service_error("ValidationException", "Could not assume role arn:x. Please"), ErrorKind.PERMISSION),
        (service_error("ValidationException", "User x is not authorized to perform: y"), ErrorKind.PERMISSION),
        (service_error("ResourceLimitExceeded"), ErrorKind.QUOTA),
        (service_error("ResourceInUse"), ErrorKind.TAKEN),
        (service_error("ValidationException", "Cannot create already existing job"), ErrorKind.TAKEN),
        (service_error("ResourceNotFound"), ErrorKind.NOT_FOUND),
        (service_error("ValidationException", "Cannot stop the non-running job"), ErrorKind.NOT_RUNNING),
        (service_error("ValidationException", "Bad"), ErrorKind.PERMANENT),
        (NoRegionError(), ErrorKind.PERMANENT),
    ],
)
def test_kinds(error: Exception, kind: ErrorKind) -> None:
    assert kind_of(error) is kind


def test_a_message_is_the_services_on_one_line() -> None:
    assert message_of(service_error("X", "Bad\n  payload.")) == "Bad payload."
    assert "You must specify a region" in message_of(NoRegionError())


@pytest.mark.parametrize("code", PASSING.split())
def test_credentials_that_are_not_accepted_may_be_accepted_later(code: str) -> None:
    assert kind_of(service_error(code)) is ErrorKind.PERMISSION


def test_only_a_denial_says_something_about_the_call() -> None:
    assert is_denied(service_error("AccessDeniedException"))
    assert is_denied(service_error("Whatever", status=403))
    assert not is_denied(service_error("UnrecognizedClientException"))
    assert not is_denied(NoCredentialsError())
    assert not is_denied(service_error("ThrottlingException"))


def test_a_response_that_cannot_be_read_is_an_error_of_aws_that_does_not_show_it() -> None:
    error = ResponseParserError("Unable to parse response: <html>secret")
    assert isinstance(error, AWS_ERRORS)
    assert "secret" not in message_of(error)


def called_operations() -> list[tuple[str, str]]:
    """Return service and operation of every call in the handler's sources."""
    [folder] = inference_recommendations_handler.__path__
    source = "\n".join(path.read_text() for path in sorted(Path(folder).rglob("*.py")))
    words = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", source))
    session = botocore.session.get_session()
    return [
        (service, operation)
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
        if xform_name(operation) in words
    ]


def modelled_codes() -> set[str]:
    session = botocore.session.get_session()
    shapes = [
        shape
        for service, operation in called_operations()
        for shape in session.get_service_model(service).operation_model(operation).error_shapes
    ]
    return {str(shape.metadata.get("error", {}).get("code") or shape.name) for shape in shapes}


def retried_codes() -> set[str]:
    """Return the codes that botocore retries for all services."""
    checkers: list[Any] = [standard.TransientRetryableChecker(), standard.ThrottledRetryableChecker()]
    codes = {*checkers[0]._transient_error_codes, *checkers[1]._throttled_error_codes}
    table = json.loads((Path(botocore.__file__).parent / "data" / "_retry.json").read_text())
    return codes | set(re.findall(r'"service_error_code": "(\w+)"', json.dumps(table)))


def test_the_operations_that_are_walked_are_those_that_the_handler_calls() -> None:
    called = {operation for _, operation in called_operations()}
    assert called >= {
        "CreateInferenceRecommendationsJob",
        "CreateModel",
        "DeregisterScalableTarget",
        "DescribeEndpointConfig",
        "DescribeNetworkInterfaces",
        "DescribeStackResource",
        "ListExecutions",
        "ListTags",
        "PutScalingPolicy",
        "StartExecution",
    }


@pytest.mark.parametrize(
    "codes",
    [modelled_codes(), retried_codes(), set(COMMON.split()), set(EC2.split())],
    ids=["service models", "botocore's retries", "common errors", "EC2's common errors"],
)
def test_every_code_that_a_call_may_end_with_is_decided(codes: set[str]) -> None:
    assert codes
    assert not codes - KIND_BY_CODE.keys(), "decide what it means, in errors.KIND_BY_CODE"


def test_what_botocore_repeats_is_transient() -> None:
    assert {KIND_BY_CODE[code] for code in retried_codes()} == {ErrorKind.TRANSIENT}
