"""Classification of errors of AWS calls."""

from __future__ import annotations

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

from .error_codes import KIND_BY_CODE, UNAUTHENTICATED, ErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

AWS_ERRORS: Final = (ClientError, BotoCoreError, ResponseParserError)
"""All errors that a boto3 call raises. The last one is raised for an incomplete response, or a proxy's page."""


class OutOfTimeError(BotoCoreError):
    """The call, or a retry of it, was skipped because the function has to respond first."""

    fmt = "Skipped {operation}, or a retry of it: not enough time remains in this invocation."


class TagsNotVisibleError(BotoCoreError):
    """A new job has no visible owner tags. Tags can become visible later than the job."""

    fmt = "The tags of the {noun} {job_name} aren't visible yet."


MAY_PASS: Final = frozenset({ErrorKind.TRANSIENT, ErrorKind.PERMISSION})
"""The same call can succeed later, without any change."""
_CREDENTIAL_EXCEPTIONS: Final = (
    CredentialRetrievalError,
    MetadataRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)
"""botocore found no credentials, or no complete ones."""
_BY_STATUS: Final[Mapping[int, ErrorKind]] = {
    HTTPStatus.UNAUTHORIZED: ErrorKind.PERMISSION,
    HTTPStatus.FORBIDDEN: ErrorKind.PERMISSION,
    HTTPStatus.REQUEST_TIMEOUT: ErrorKind.TRANSIENT,
    HTTPStatus.TOO_MANY_REQUESTS: ErrorKind.TRANSIENT,
}
"""For unknown codes. All of 500 and above are transient."""

# SageMaker returns ValidationException for several kinds of errors.
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
    """Classify an error by its code, then by its message, then by the HTTP status."""
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
    """Return whether the service knows the caller and denies the call.

    Credentials that aren't accepted don't count: they say nothing about this call.
    """
    return kind_of(error) is ErrorKind.PERMISSION and not (
        code_of(error) in UNAUTHENTICATED or isinstance(error, _CREDENTIAL_EXCEPTIONS)
    )


def is_missing(error: Exception, message: str) -> bool:
    """Return whether the resource doesn't exist.

    Args:
        error: Error of the call.
        message: Part of the message with which the service returns a general validation error instead of its own code.
    """
    kind = kind_of(error)
    return kind is ErrorKind.NOT_FOUND or (kind is ErrorKind.PERMANENT and says(error, message))


def code_of(error: Exception) -> str:
    """Return the service's error code, or the exception's name if the service didn't respond."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "Unknown"))
    return type(error).__name__


def message_of(error: Exception) -> str:
    """Return the service's message on one line, without boto3's preamble, and redacted."""
    return " ".join(redact(_text(error)).split())


def says(error: Exception, words: str) -> bool:
    """Return whether the service's message contains the words. Ignore case."""
    return words.lower() in " ".join(_text(error).split()).lower()


def _text(error: Exception) -> str:
    if isinstance(error, ResponseParserError):
        # Its message is the whole response.
        return "The response of AWS is unreadable."
    text = error.response.get("Error", {}).get("Message", "") if isinstance(error, ClientError) else ""
    return text or str(error)
