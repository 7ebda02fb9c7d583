"""Errors of Step Functions that moto doesn't have."""

from __future__ import annotations

from moto.core.exceptions import AWSError


class AccessDeniedError(AWSError):
    """The caller's role doesn't allow it, or Step Functions may not assume the machine's."""

    TYPE = "AccessDeniedException"
    STATUS = 400


class ExecutionNotRunningError(AWSError):
    """StopExecution of an execution that is over.

    The API reference names no error for it, and a report has it pass and change nothing
    (https://github.com/awslabs/visual-asset-management-system/issues/344). Refusing is the strict reading: a caller
    that handles the error works either way. No other error code of the operation fits.
    """

    TYPE = "ValidationException"
    STATUS = 400


class NotInSandboxError(AWSError):
    """AWS has it, the sandbox doesn't."""

    TYPE = "ValidationException"
    STATUS = 400
