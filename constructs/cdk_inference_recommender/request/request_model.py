"""Where the rules of single members come from: botocore's service model."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import botocore
from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, StringShape, StructureShape

if TYPE_CHECKING:
    from botocore.model import Shape

_VALID_VALUES: Final = re.compile(r"Valid Values:\s*<code>(.*?)</code>")


@cache
def request_shape() -> Shape:
    """Load the shape of `CreateInferenceRecommendationsJob`'s request.

    The one place that knows where the model is: botocore's own copy, about 0.2 s for the whole of SageMaker, once a
    process.

    Returns:
        The input shape; members, lists and limits hang off it.
    """
    description = Loader().load_service_model("sagemaker", "service-2")
    shape = ServiceModel(description, "sagemaker").operation_model("CreateInferenceRecommendationsJob").input_shape
    if shape is None:
        raise LookupError(
            f"botocore {botocore.__version__} describes CreateInferenceRecommendationsJob without a request; "
            "install another release of botocore"
        )
    return shape


@cache
def instance_types() -> frozenset[str]:
    """List the instance types that the installed botocore knows; the service may know more."""
    configurations = _member("InputConfig", "EndpointConfigurations")
    if not isinstance(configurations, ListShape) or not isinstance(configurations.member, StructureShape):
        return frozenset()
    instance_type = configurations.member.members["InstanceType"]
    return frozenset(instance_type.enum if isinstance(instance_type, StringShape) else ())


@cache
def documented_values(structure: tuple[str, ...], member: str) -> tuple[str, ...]:
    """List the values that the model's prose names for a member without an enum.

    Args:
        structure: Members from the request down to the structure.
        member: The structure's member.

    Returns:
        What follows "Valid Values:" in the documentation; empty where botocore was installed without it.
    """
    listed = _VALID_VALUES.search(_member(*structure, member).documentation)
    return tuple(listed[1].split(" | ")) if listed else ()


def _member(*names: str) -> Shape:
    shape = request_shape()
    for name in names:
        if not isinstance(shape, StructureShape):
            raise TypeError(
                f"botocore {botocore.__version__} has no member {name} in {shape.name}; update this library"
            )
        shape = shape.members[name]
    return shape
