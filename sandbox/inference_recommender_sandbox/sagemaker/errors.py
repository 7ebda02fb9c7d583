"""SageMaker's errors, in the service's wording as far as it is known."""

from __future__ import annotations

from typing import Any, ClassVar

from moto.core.exceptions import JsonRESTError


class SageMakerError(JsonRESTError):
    """An error of the API; the name of the class is its code.

    moto's newer exceptions warn of codes that the service model doesn't list, and the model lists few.
    """

    status: ClassVar[int] = 400

    def __init__(self, message: str) -> None:
        super().__init__(type(self).__name__, message)
        self.code = self.status

    def as_answer(self, headers: dict[str, str]) -> Any:
        """Status, headers and body of the answer."""
        return self.status, {**headers, **dict(self.get_headers())}, self.description


class ValidationException(SageMakerError):  # noqa: N818 - the API's own name
    """The request breaks a rule, or names something that doesn't exist."""


class SerializationException(SageMakerError):  # noqa: N818 - the API's own name
    """A member has another type than the API's."""


class ResourceNotFound(SageMakerError):  # noqa: N818 - the API's own name
    """The job doesn't exist."""


class ResourceInUse(SageMakerError):  # noqa: N818 - the API's own name
    """The job's name was used before."""


class ResourceLimitExceeded(SageMakerError):  # noqa: N818 - the API's own name
    """As many jobs run as may."""


class ConflictException(SageMakerError):  # noqa: N818 - the API's own name
    """Something else still needs the resource."""


class AccessDeniedException(SageMakerError):  # noqa: N818 - the API's own name
    """The caller's role doesn't allow it."""


class ThrottlingException(SageMakerError):  # noqa: N818 - the API's own name
    """Too many calls; botocore retries by itself a few times."""


class InternalFailure(SageMakerError):  # noqa: N818 - the API's own name
    """It is unknown whether the call took effect."""

    status = 500

    def __init__(self) -> None:
        super().__init__("The request processing has failed because of an unknown error.")
