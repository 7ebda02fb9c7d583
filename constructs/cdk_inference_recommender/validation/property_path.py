"""How a user of the constructs spells a field of the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

_Path = tuple[str | int, ...]

# API members whose prop isn't simply their name in snake case, by their path without list positions. An empty text
# leaves the level out.
_PROPERTIES: Final[Mapping[_Path, str]] = {
    ("RoleArn",): "role",
    ("JobDescription",): "description",
    ("InputConfig",): "",
    ("InputConfig", "ModelPackageVersionArn"): "model",
    ("InputConfig", "ModelName"): "model",
    ("InputConfig", "ContainerConfig"): "model.container_config",
    ("InputConfig", "ContainerConfig", "SupportedResponseMIMETypes"): "supported_response_mime_types",
    ("InputConfig", "JobDurationInSeconds"): "job_duration",
    ("InputConfig", "TrafficPattern", "Phases", "DurationInSeconds"): "duration",
    ("InputConfig", "TrafficPattern", "Stairs", "DurationInSeconds"): "duration",
    ("InputConfig", "EndpointConfigurations", "EnvironmentParameterRanges", "CategoricalParameterRanges"): "",
    ("InputConfig", "EndpointConfigurations", "ServerlessConfig"): "",
    ("InputConfig", "EndpointConfigurations", "ServerlessConfig", "MemorySizeInMB"): "memory_size",
    ("InputConfig", "VolumeKmsKeyId"): "volume_encryption_key",
    ("InputConfig", "ResourceLimit"): "",
    ("InputConfig", "Endpoints"): "existing_endpoint",
    ("InputConfig", "Endpoints", "EndpointName"): "",
    ("InputConfig", "VpcConfig"): "",
    ("InputConfig", "VpcConfig", "SecurityGroupIds"): "security_groups",
    ("InputConfig", "VpcConfig", "Subnets"): "vpc_subnets",
    ("StoppingConditions", "ModelLatencyThresholds", "ValueInMilliseconds"): "value",
    ("OutputConfig",): "",
    ("OutputConfig", "KmsKeyId"): "output_encryption_key",
    ("OutputConfig", "CompiledOutputConfig"): "",
    ("OutputConfig", "CompiledOutputConfig", "S3OutputUri"): "compiled_output_s3_uri",
}
_AS_A_WHOLE: Final[Mapping[_Path, str]] = {
    ("InputConfig", "ResourceLimit"): "max_number_of_tests or max_parallel_of_tests"
}
"""Structures of the API whose members are props of their own."""
_ENVIRONMENT: Final[_Path] = (
    "InputConfig",
    "EndpointConfigurations",
    "EnvironmentParameterRanges",
    "CategoricalParameterRanges",
)


def property_path(path: _Path, request: Mapping[str, object] | None = None) -> str:
    """Translate the path of an API member into props, for example `traffic_pattern.phases[1].duration`.

    Args:
        path: API member names and list positions.
        request: The request that the path leads into, where there is one; environment parameters and tags are spelled
            by their name.
    """
    if path in _AS_A_WHOLE:
        return _AS_A_WHOLE[path]
    spelled = ""
    names: _Path = ()
    value: object = request
    for step in path:
        value = _member(value, step)
        if isinstance(step, int):
            if names == ("InputConfig", "Endpoints"):
                continue
            name = value.get("Name", value.get("Key")) if isinstance(value, Mapping) else None
            by_name = names in (_ENVIRONMENT, ("Tags",)) and isinstance(name, str)
            spelled += f"[{name!r}]" if by_name else f"[{step}]"
            continue
        names = (*names, step)
        if names[:-1] in (_ENVIRONMENT, ("Tags",)):
            continue
        prop = _PROPERTIES.get(names, _snake_case(step))
        spelled += ("." if spelled and prop else "") + prop
    return spelled


def _member(value: object, step: str | int) -> object:
    if isinstance(step, int):
        is_inside = isinstance(value, Sequence) and not isinstance(value, str) and 0 <= step < len(value)
        return value[step] if is_inside and isinstance(value, Sequence) else None
    return value.get(step) if isinstance(value, Mapping) else None


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
