"""The source of the rules for single members: an extract of botocore's service model."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from .shape import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMITS: Final = ("min", "max", "pattern", "enum", "required")


@cache
def request_shape() -> Shape:
    """Return the shape of `CreateInferenceRecommendationsJob`'s request, with its members and limits."""
    model = _model()
    return _shape(model["input"], model["shapes"], ())


@cache
def member_shape(path: str) -> Shape:
    """Return the shape of a member of another operation's request.

    Args:
        path: Operation and members, such as `CreateEndpoint.EndpointName`; one of those in the extract.
    """
    model = _model()
    return _shape(model["members"][path], model["shapes"], ())


@cache
def botocore_version() -> str:
    """Return the version of botocore that the extract was made from."""
    version: str = _model()["botocore"]
    return version


@cache
def instance_types() -> frozenset[str]:
    """Return the instance types in the service model; the service may have more."""
    configuration = _member("InputConfig", "EndpointConfigurations").member
    return frozenset(configuration.members["InstanceType"].metadata["enum"] if configuration else ())


@cache
def documented_values(structure: tuple[str, ...], member: str) -> tuple[str, ...]:
    """Return the values that the model's documentation names for a member without an enum.

    Args:
        structure: Members from the request down to the structure.
        member: The structure's member.

    Returns:
        What follows "Valid Values:" in the documentation; empty where nothing does.
    """
    return _member(*structure, member).documented_values


@cache
def _model() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("service_model.json").read_text(encoding="utf-8")
    model: Mapping[str, Any] = json.loads(text)
    return model


def _shape(name: str, shapes: Mapping[str, Any], documented_values: tuple[str, ...]) -> Shape:
    described = shapes[name]

    def referred(member: Mapping[str, Any]) -> Shape:
        return _shape(member["shape"], shapes, tuple(member.get("documentedValues", ())))

    return Shape(
        name=name,
        type_name=described["type"],
        metadata={limit: described[limit] for limit in _LIMITS if limit in described},
        members={member: referred(reference) for member, reference in described.get("members", {}).items()},
        member=referred(described["member"]) if "member" in described else None,
        documented_values=documented_values,
    )


def _member(*names: str) -> Shape:
    shape = request_shape()
    for name in names:
        shape = shape.members[name]
    return shape
