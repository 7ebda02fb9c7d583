"""Errors of Step Functions that moto doesn't have."""

from __future__ import annotations

from moto.core.exceptions import AWSError


class AccessDeniedError(AWSError):
    """The caller's role doesn't allow it, or Step Functions may not assume the machine's."""

    TYPE = "AccessDeniedException"
    STATUS = 400
