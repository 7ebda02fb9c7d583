"""Application Auto Scaling's errors."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError


class ObjectNotFoundException(JsonRESTError):  # noqa: N818 - the API's own name
    """The scalable target, or the policy, doesn't exist; moto says ValidationException."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("ObjectNotFoundException", message)


class ValidationException(JsonRESTError):  # noqa: N818 - the API's own name
    """The request breaks a rule, or the caller isn't allowed what the service is going to do."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class AccessDeniedException(JsonRESTError):  # noqa: N818 - the API's own name
    """The caller's role doesn't allow it."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)
