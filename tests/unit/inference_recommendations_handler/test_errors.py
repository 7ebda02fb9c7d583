from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoRegionError,
    ReadTimeoutError,
)

from inference_recommendations_handler.errors import ErrorKind, kind_of, message_of


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
        (service_error("AccessDeniedException"), ErrorKind.PERMISSION),
        (service_error("ValidationException", "Could not assume role arn:x. Please"), ErrorKind.PERMISSION),
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
