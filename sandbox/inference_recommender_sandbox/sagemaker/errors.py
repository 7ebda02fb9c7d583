"""SageMaker's errors, in the service's wording as far as it is known."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError, ServiceException


class ValidationException(ServiceException):
    """The request breaks a rule, or names something that doesn't exist."""

    code = "ValidationException"


class SerializationException(ServiceException):
    """A member has another type than the API's."""

    code = "SerializationException"


class ResourceNotFound(ServiceException):
    """The job doesn't exist."""

    code = "ResourceNotFound"


class ResourceInUse(ServiceException):
    """The job's name was used before."""

    code = "ResourceInUse"


class ResourceLimitExceeded(ServiceException):
    """As many jobs run as may."""

    code = "ResourceLimitExceeded"


class AccessDeniedException(ServiceException):
    """The caller's role doesn't allow it."""

    code = "AccessDeniedException"


class ThrottlingException(ServiceException):
    """Too many calls; botocore retries by itself a few times."""

    code = "ThrottlingException"


class InternalFailure(JsonRESTError):  # noqa: N818 - the API's own name
    """Status 500: nobody knows whether the call was carried out."""

    code = 500

    def __init__(self) -> None:
        super().__init__("InternalFailure", "The request processing has failed because of an unknown error.")
