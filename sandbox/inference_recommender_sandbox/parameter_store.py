"""Systems Manager's API: moto's, with the quotas of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moto.ssm.exceptions import ValidationException
from moto.ssm.responses import SimpleSystemManagerResponse

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

MAX_STANDARD_VALUE: Final = 4096
MAX_ADVANCED_VALUE: Final = 8192
"""Bytes. AWS's message speaks of characters; what it makes of others than ASCII isn't documented.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
"""
_STANDARD: Final = "Standard"


class ParameterStoreService(SimpleSystemManagerResponse):
    """Handles Systems Manager's operations."""

    def put_parameter(self) -> ActionResult:
        """Create or change a parameter.

        Raises:
            ValidationException: If its value is too large for its tier; the text is AWS's.
        """
        tier = self._get_param("Tier") or _STANDARD
        size = len(str(self._get_param("Value") or "").encode())
        if tier == _STANDARD and size > MAX_STANDARD_VALUE:
            raise ValidationException(
                f"Standard tier parameters support a maximum parameter value of {MAX_STANDARD_VALUE} characters. To "
                "create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
                "information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
                "parameter-store-advanced-parameters.html"
            )
        if size > MAX_ADVANCED_VALUE:
            raise ValidationException(
                f"Advanced tier parameters support a maximum parameter value of {MAX_ADVANCED_VALUE} characters."
            )
        return super().put_parameter()
