"""What an error of an AWS call means for the one who called."""

from __future__ import annotations

from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from inference_recommendations_handler.protocol.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

AWS_ERRORS: Final = (ClientError, BotoCoreError, ResponseParserError)
"""Everything that a boto3 call raises; the last one where the response is cut off, or a proxy's page."""


class OutOfTimeError(BotoCoreError):
    """A call, or another attempt of one, that wasn't made, as the function has to answer first."""

    fmt = (
        "{operation} wasn't called, or not again: AWS was slow before, and too little of the function's time was left "
        "to answer after it."
    )


class TagsNotVisibleError(BotoCoreError):
    """A young job shows no owner tags, so that it may be anybody's: its tags may be shown later than the job."""

    fmt = "The tags of the {noun} {job_name} aren't shown yet."


class ErrorKind(Enum):
    """What can be done about an error."""

    TRANSIENT = auto()
    """Throttling, 5xx, the connection or no time left: the same call may succeed in a moment."""
    PERMISSION = auto()
    """Denied, a role can't be assumed, or the credentials aren't accepted.

    So it looks while IAM propagates, and also when it stays that way: whoever tries again does it for a bounded time.
    """
    QUOTA = auto()
    """There is no room now; there may be when other jobs have ended."""
    TAKEN = auto()
    """The name is in use; names of jobs are never free again."""
    NOT_FOUND = auto()
    NOT_RUNNING = auto()
    """There is nothing left to stop."""
    PERMANENT = auto()
    """The call will never succeed as it is."""


MAY_PASS: Final = frozenset({ErrorKind.TRANSIENT, ErrorKind.PERMISSION})
"""The same call may succeed later, without any change."""
_CREDENTIALS: Final = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignature",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestInTheFuture",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClient",
        "UnrecognizedClientException",
    }
)
"""The service doesn't accept who calls, or when: a role is young, a token old, or a clock wrong. All of them may pass.

Step Functions has an InvalidToken of its own, for a page that doesn't exist; listing from the start may succeed.
"""
_DENIED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "Blocked",
        "FailedResourceAccessException",
        "KmsAccessDeniedException",
        "KmsInvalidStateException",
        "NotAuthorized",
        "NotAuthorizedException",
        "NotSignedUp",
        "OptInRequired",
        "PendingVerification",
        "SubscriptionRequiredException",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
"""The service knows who calls. A policy, a Region or an account that changed just now isn't known everywhere yet."""
_TRANSIENT: Final = frozenset(
    {
        # Throttling
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "KmsThrottlingException",
        "LimitExceededException",  # botocore repeats it as throttling; Application Auto Scaling says it of a quota
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        # The way there and back
        "BadDigest",
        "IDPCommunicationError",
        "MalformedHttpRequestException",
        "RequestAbortedException",
        "RequestTimeout",
        "RequestTimeoutException",
        # The service's own troubles
        "ConcurrentUpdateException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "InternalServiceException",
        "ReplicatedWriteConflictException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Unavailable",
        # Another attempt starts from the first page, or finds room when other executions have ended.
        "ExecutionLimitExceeded",
        "InvalidNextTokenException",
        "InvalidPaginationToken",
    }
)
_NOT_FOUND: Final = frozenset(
    {
        "ExecutionDoesNotExist",
        "ObjectNotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "StateMachineDeleting",
        "StateMachineDoesNotExist",
    }
)
_PERMANENT: Final = frozenset(
    {
        "DryRunOperation",
        "IdempotentParameterMismatch",
        "InvalidAction",
        "InvalidArn",
        "InvalidCharacter",
        "InvalidExecutionInput",
        "InvalidName",
        "InvalidParameter",
        "InvalidParameterCombination",
        "InvalidParameterDependency",
        "InvalidParameterValue",
        "InvalidQueryParameter",
        "MalformedQueryString",
        "MissingAction",
        "MissingParameter",
        "RequestEntityTooLargeException",
        "SerializationException",
        "StateMachineTypeNotSupported",
        "UnknownOperationException",
        "UnknownParameter",
        "UnsupportedInstanceAttribute",
        "UnsupportedOperation",
        "UnsupportedProtocol",
        "ValidationError",
        "ValidationException",
    }
)
"""Decided, unless the message says more: CloudFormation and SageMaker say several things by the last two."""
KIND_BY_CODE: Final[Mapping[str, ErrorKind]] = {
    "ResourceLimitExceeded": ErrorKind.QUOTA,
    "ResourceInUse": ErrorKind.TAKEN,
    "ExecutionAlreadyExists": ErrorKind.TAKEN,
    **dict.fromkeys(_NOT_FOUND, ErrorKind.NOT_FOUND),
    **dict.fromkeys(_CREDENTIALS | _DENIED, ErrorKind.PERMISSION),
    **dict.fromkeys(_TRANSIENT, ErrorKind.TRANSIENT),
    **dict.fromkeys(_PERMANENT, ErrorKind.PERMANENT),
}
"""Every code that a call of the handler can end with.

Sources: the errors of the called operations in botocore's service models; "Common Errors" in the API references of
SageMaker, Step Functions, CloudFormation and Application Auto Scaling, in the newer and the older wording; "Error codes
for the Amazon EC2 API", common client errors; botocore's `data/_retry.json` and `retries/standard.py`; the codes for
a wrong signature that Amazon S3 and AWS STS document.
"""
_CREDENTIAL_EXCEPTIONS: Final = (
    CredentialRetrievalError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)
"""botocore found none to sign with, or not yet."""
_BY_STATUS: Final[Mapping[int, ErrorKind]] = {
    HTTPStatus.UNAUTHORIZED: ErrorKind.PERMISSION,
    HTTPStatus.FORBIDDEN: ErrorKind.PERMISSION,
    HTTPStatus.REQUEST_TIMEOUT: ErrorKind.TRANSIENT,
    HTTPStatus.TOO_MANY_REQUESTS: ErrorKind.TRANSIENT,
}
"""Where the code isn't known, besides all of 500 and more."""

# SageMaker says several things by ValidationException; the code alone doesn't tell them apart.
_BY_MESSAGE: Final = (
    ("cannot create already existing", ErrorKind.TAKEN),
    ("could not assume role", ErrorKind.PERMISSION),
    ("is not authorized to perform", ErrorKind.PERMISSION),
    ("non-running", ErrorKind.NOT_RUNNING),
)
_TRANSIENT_EXCEPTIONS: Final = (
    HTTPClientError,
    NoConnectionError,
    IncompleteReadError,
    ResponseParserError,
    OutOfTimeError,
    TagsNotVisibleError,
)


def kind_of(error: Exception) -> ErrorKind:
    """Classify by the code, then by the message, then by the HTTP status."""
    if isinstance(error, ClientError):
        known = KIND_BY_CODE.get(code_of(error), ErrorKind.PERMANENT)
        if known is not ErrorKind.PERMANENT:
            return known
        for text, kind in _BY_MESSAGE:
            if says(error, text):
                return kind
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ErrorKind.TRANSIENT
        return ErrorKind.PERMANENT if code_of(error) in KIND_BY_CODE else _BY_STATUS.get(status, ErrorKind.PERMANENT)
    if isinstance(error, _TRANSIENT_EXCEPTIONS):
        return ErrorKind.TRANSIENT
    return ErrorKind.PERMISSION if isinstance(error, _CREDENTIAL_EXCEPTIONS) else ErrorKind.PERMANENT


def is_denied(error: Exception) -> bool:
    """Whether the service knows the caller and refuses it this call.

    Of one call among many this is an answer; that the credentials aren't accepted says nothing about the call.
    """
    return kind_of(error) is ErrorKind.PERMISSION and not (
        code_of(error) in _CREDENTIALS or isinstance(error, _CREDENTIAL_EXCEPTIONS)
    )


def code_of(error: Exception) -> str:
    """The error's code as the service names it, or the exception's name where the service never answered."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def message_of(error: Exception) -> str:
    """The service's own words on one line, without boto3's preamble, and without values that are hidden."""
    return " ".join(redact(_text(error)).split())


def says(error: Exception, words: str) -> bool:
    """Whether the service's message contains the words, in lower or upper case."""
    return words.lower() in " ".join(_text(error).split()).lower()


def _text(error: Exception) -> str:
    if isinstance(error, ResponseParserError):
        # Its text is the whole response.
        return "The response of AWS is unreadable."
    text = error.response.get("Error", {}).get("Message", "") if isinstance(error, ClientError) else ""
    return text or str(error)
