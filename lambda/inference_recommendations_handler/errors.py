"""What an error of an AWS call means for the one who called."""

from __future__ import annotations

from enum import Enum, auto
from http import HTTPStatus
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnectionError

AWS_ERRORS: Final = (ClientError, BotoCoreError)
"""Everything that a boto3 call raises."""


class OutOfTimeError(BotoCoreError):
    """A call, or another attempt of one, that wasn't made, as the function has to answer first."""

    fmt = (
        "{operation} wasn't called, or not again: AWS was slow before, and too little of the function's time was left "
        "to answer after it."
    )


class ErrorKind(Enum):
    """What can be done about an error."""

    TRANSIENT = auto()
    """Throttling, 5xx, the connection or no time left: the same call may succeed in a moment."""
    PERMISSION = auto()
    """Denied, or a role can't be assumed: so it looks while IAM propagates, and also when it stays that way."""
    QUOTA = auto()
    """There is no room now; there may be when other jobs have ended."""
    TAKEN = auto()
    """The name is in use; names of jobs are never free again."""
    NOT_FOUND = auto()
    NOT_RUNNING = auto()
    """There is nothing left to stop."""
    PERMANENT = auto()
    """The call will never succeed as it is."""


_BY_CODE: Final = {
    "ResourceLimitExceeded": ErrorKind.QUOTA,
    "ResourceInUse": ErrorKind.TAKEN,
    "ResourceNotFound": ErrorKind.NOT_FOUND,
    "ResourceNotFoundException": ErrorKind.NOT_FOUND,
    "ObjectNotFoundException": ErrorKind.NOT_FOUND,
    "ExecutionDoesNotExist": ErrorKind.NOT_FOUND,
    "StateMachineDoesNotExist": ErrorKind.NOT_FOUND,
    "StateMachineDeleting": ErrorKind.NOT_FOUND,
    "ExecutionAlreadyExists": ErrorKind.TAKEN,
    "AccessDenied": ErrorKind.PERMISSION,
    "AccessDeniedException": ErrorKind.PERMISSION,
    "UnauthorizedOperation": ErrorKind.PERMISSION,
    "FailedResourceAccessException": ErrorKind.PERMISSION,
    "Throttling": ErrorKind.TRANSIENT,
    "ThrottlingException": ErrorKind.TRANSIENT,
    "ThrottledException": ErrorKind.TRANSIENT,
    "TooManyRequestsException": ErrorKind.TRANSIENT,
    "RequestLimitExceeded": ErrorKind.TRANSIENT,
    "RequestThrottled": ErrorKind.TRANSIENT,
    "RequestTimeout": ErrorKind.TRANSIENT,
    "RequestTimeoutException": ErrorKind.TRANSIENT,
    "ExpiredToken": ErrorKind.TRANSIENT,
    "ExpiredTokenException": ErrorKind.TRANSIENT,
    "ServiceUnavailable": ErrorKind.TRANSIENT,
    "ConcurrentUpdateException": ErrorKind.TRANSIENT,
    "InternalServiceException": ErrorKind.TRANSIENT,
    "InternalFailure": ErrorKind.TRANSIENT,
    "InternalError": ErrorKind.TRANSIENT,
}

# SageMaker says several things by ValidationException; the code alone doesn't tell them apart.
_BY_MESSAGE: Final = (
    ("cannot create already existing", ErrorKind.TAKEN),
    ("could not assume role", ErrorKind.PERMISSION),
    ("is not authorized to perform", ErrorKind.PERMISSION),
    ("non-running", ErrorKind.NOT_RUNNING),
)


def kind_of(error: Exception) -> ErrorKind:
    """Classify by the code, then by the message, then by the HTTP status."""
    if isinstance(error, ClientError):
        known = _BY_CODE.get(code_of(error))
        if known is not None:
            return known
        message = message_of(error).lower()
        for text, kind in _BY_MESSAGE:
            if text in message:
                return kind
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            return ErrorKind.TRANSIENT
        return ErrorKind.PERMANENT
    if isinstance(error, (HTTPClientError, NoConnectionError, IncompleteReadError, OutOfTimeError)):
        return ErrorKind.TRANSIENT
    return ErrorKind.PERMANENT


def code_of(error: Exception) -> str:
    """The error's code as the service names it, or the exception's name where the service never answered."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def message_of(error: Exception) -> str:
    """The service's own words on one line, without boto3's preamble."""
    text = error.response.get("Error", {}).get("Message", "") if isinstance(error, ClientError) else ""
    return " ".join((text or str(error)).split())
