"""Application Auto Scaling's errors."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class AutoScalingError(JsonRESTError):
    """An error of the API; the name of the class is its code."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__(type(self).__name__, message)


class ObjectNotFoundException(AutoScalingError):  # noqa: N818 - the API's own name
    """The scalable target, or the policy, doesn't exist; moto says ValidationException."""


class ValidationException(AutoScalingError):  # noqa: N818 - the API's own name
    """The request breaks a rule, or the caller isn't allowed what the service is going to do."""


class AccessDeniedException(AutoScalingError):  # noqa: N818 - the API's own name
    """The caller's role doesn't allow it."""
