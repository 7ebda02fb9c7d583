"""Errors of CloudFormation's API and of its resources."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """CloudFormation's error for nearly every mistake; the text is AWS's."""

    code = "ValidationError"


class ChangeSetNotFoundError(ServiceException):
    """There is no such change set of that stack."""

    code = "ChangeSetNotFound"


class InvalidChangeSetStatusError(ServiceException):
    """The change set can't be executed, or the stack is at work."""

    code = "InvalidChangeSetStatus"


class AlreadyExistsError(ServiceException):
    """A stack or change set of that name exists."""

    code = "AlreadyExistsException"


class InsufficientCapabilitiesError(ServiceException):
    """The request doesn't acknowledge what the template contains."""

    code = "InsufficientCapabilitiesException"


class ResourceError(Exception):
    """A resource failed; the text is what the stack's event shows."""
