"""Endpoint configurations on every instance type that the service knows; moto's own list ends in 2020."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, cast

from botocore.session import Session
from moto.sagemaker.models import FakeEndpointConfig

from .errors import ValidationException

if TYPE_CHECKING:
    from botocore.model import StringShape

_SHAPE: Final = "ProductionVariantInstanceType"


class EndpointConfig(FakeEndpointConfig):
    """An endpoint configuration, validated against botocore's service model."""

    def validate_instance_type(self, instance_type: str) -> None:
        """Refuse an instance type that endpoints can't have.

        Raises:
            ValidationException: In the service's words.
        """
        if instance_type not in _instance_types():
            raise ValidationException(
                f"1 validation error detected: Value '{instance_type}' at 'productionVariants.1.member.instanceType' "
                "failed to satisfy constraint: Member must satisfy enum value set of the API reference, "
                f"{_SHAPE}"
            )


@cache
def _instance_types() -> frozenset[str]:
    shape = Session().get_service_model("sagemaker").shape_for(_SHAPE)
    return frozenset(cast("StringShape", shape).enum)
