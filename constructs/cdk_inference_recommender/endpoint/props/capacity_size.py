"""A part of an endpoint's instances."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cdk_inference_recommender.validation.factory_made import FactoryMade

if TYPE_CHECKING:
    import jsii


@dataclass(frozen=True, init=False)
class CapacitySize(FactoryMade):
    """A part of a variant's instances (API reference, `CapacitySize`); build one with `percent` or `instances`.

    Attributes:
        type: `CAPACITY_PERCENT` or `INSTANCE_COUNT`.
        value: How much.
    """

    _factories: ClassVar[str] = "CapacitySize.percent(...) or CapacitySize.instances(...)"

    type: str = field(default="")
    value: jsii.Number | None = None

    @classmethod
    def percent(cls, value: jsii.Number) -> CapacitySize:
        """Return a share of the variant's instances.

        Args:
            value: Percent, a whole number of 1 or more.
        """
        return cls._make(type="CAPACITY_PERCENT", value=value)

    @classmethod
    def instances(cls, value: jsii.Number) -> CapacitySize:
        """Return a number of instances.

        Args:
            value: A whole number of 1 or more.
        """
        return cls._make(type="INSTANCE_COUNT", value=value)
