"""Kinds of errors, and the error codes of AWS by kind. Pure: the command line uses the codes as well."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class ErrorKind(Enum):
    """Remedies for an error."""

    TRANSIENT = auto()
    """Throttling, 5xx, a connection error, or no time left. Retry the call."""
    PERMISSION = auto()
    """Access denied, a role that can't be assumed, or credentials that aren't accepted.

    IAM returns these errors while a change propagates, and also for good. Retry the call for a limited time.
    """
    QUOTA = auto()
    """A quota is exceeded. Retry the call when other jobs have ended."""
    TAKEN = auto()
    """The name is in use."""
    NOT_FOUND = auto()
    NOT_RUNNING = auto()
    """The job to stop isn't running."""
    PERMANENT = auto()
    """The same call will always fail."""


EXPIRED_CREDENTIALS: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
WRONG_TIME: Final = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})
REJECTED_CREDENTIALS: Final = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignature",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClient",
        "UnrecognizedClientException",
    }
)
"""Step Functions also returns InvalidToken for a page that doesn't exist. A retry lists from the start."""
UNAUTHENTICATED: Final = EXPIRED_CREDENTIALS | WRONG_TIME | REJECTED_CREDENTIALS
"""The service doesn't accept the caller or the time. A role can be new, a token old, or a clock wrong: retry."""
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
"""The service knows the caller. A recent change of a policy, a Region, or an account may not have propagated yet."""
_TRANSIENT: Final = frozenset(
    {
        # Throttling
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "KmsThrottlingException",
        "LimitExceededException",  # throttling in botocore, a quota in Application Auto Scaling
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
        # Network
        "BadDigest",
        "IDPCommunicationError",
        "MalformedHttpRequestException",
        "RequestAbortedException",
        "RequestTimeout",
        "RequestTimeoutException",
        # Service
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
        # A retry starts from the first page, or succeeds when other executions have ended.
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
"""Permanent unless the message says otherwise: CloudFormation and SageMaker use the last two for several errors."""
KIND_BY_CODE: Final[Mapping[str, ErrorKind]] = {
    "ResourceLimitExceeded": ErrorKind.QUOTA,
    "ResourceInUse": ErrorKind.TAKEN,
    "ExecutionAlreadyExists": ErrorKind.TAKEN,
    **dict.fromkeys(_NOT_FOUND, ErrorKind.NOT_FOUND),
    **dict.fromkeys(UNAUTHENTICATED | _DENIED, ErrorKind.PERMISSION),
    **dict.fromkeys(_TRANSIENT, ErrorKind.TRANSIENT),
    **dict.fromkeys(_PERMANENT, ErrorKind.PERMANENT),
}
"""Every code that a call of the handler can return.

Sources: errors of the operations in botocore's service models; "Common Errors" in the API references of SageMaker, Step
Functions, CloudFormation, and Application Auto Scaling, in the newer and the older wording; "Error codes for the Amazon
EC2 API", common client errors; botocore's `data/_retry.json` and `retries/standard.py`; the codes for a wrong signature
in the documentation of Amazon S3 and AWS STS.
"""
