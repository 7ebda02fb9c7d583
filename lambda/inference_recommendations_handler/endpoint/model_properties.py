"""Properties of `Custom::RecommendedModel`, and the `CreateModel` request for them. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.contract import UNAVAILABLE, RecommendedModelTag
from inference_recommendations_handler.protocol.contract import RecommendedModelProperty as Property
from inference_recommendations_handler.protocol.property_values import tags_of

from .hosting_name import HOSTING_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

_HASH_LENGTH: Final = 12
_HASH_VERSION: Final = "1"
_HASHED: Final = (
    Property.MODEL_PACKAGE_ARN,
    Property.SOURCE_MODEL_NAME,
    Property.EXECUTION_ROLE_ARN,
    Property.VPC_CONFIG,
    Property.ENABLE_NETWORK_ISOLATION,
    Property.INFERENCE_SPECIFICATION_NAME,
    Property.COMPILATION_JOB_NAME,
    Property.ENVIRONMENT_JSON,
)
"""Properties that determine how the model runs. Tags and the recommendation's id don't, and so update no endpoint."""


class ModelPropertiesError(Exception):
    """No model can be created that runs as measured. The message contains cause and remedy."""


def model_name(event: CustomResourceEvent) -> str:
    """Return the model's name, which is the same in every delivery, and in a rollback.

    The hash includes stack and resource, so a model of that name belongs to this resource.
    """
    hashed = {name.value: event.properties[name] for name in _HASHED if name in event.properties}
    content = json.dumps([_HASH_VERSION, event.stack_id, event.logical_resource_id, hashed], sort_keys=True)
    return f"{name_prefix(event)}-{hashlib.sha256(content.encode()).hexdigest()[:_HASH_LENGTH]}"


def is_model_name(name: str) -> bool:
    """Return whether the name is valid for a model."""
    return re.fullmatch(HOSTING_NAME, name) is not None


def name_prefix(event: CustomResourceEvent) -> str:
    """Return the prefix of the names of the resource's models."""
    return str(event.properties.get(Property.NAME_PREFIX) or event.logical_resource_id)


def model_tags(event: CustomResourceEvent) -> dict[str, str]:
    """Return the user's tags and the owner tags."""
    return tags_of(event.properties) | {
        RecommendedModelTag.STACK_ID.value: event.stack_id,
        RecommendedModelTag.LOGICAL_ID.value: event.logical_resource_id,
        RecommendedModelTag.RECOMMENDATION_ID.value: str(event.properties.get(Property.RECOMMENDATION_ID, UNAVAILABLE)),
    }


@dataclass(frozen=True, kw_only=True)
class ModelProperties:
    """Properties of a model."""

    package_arn: str | None
    source_model: str | None
    specification: str | None
    """Inference specification of the package; None for the default one."""
    environment: Mapping[str, str]
    """Measured environment variables."""
    role_arn: str
    vpc_config: Mapping[str, Any] | None
    network_isolation: bool | None

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> ModelProperties:
        """Read the properties.

        Raises:
            ModelPropertiesError: A property is invalid, or the model wouldn't run as measured.
        """
        package, source = properties.get(Property.MODEL_PACKAGE_ARN), properties.get(Property.SOURCE_MODEL_NAME)
        role = properties.get(Property.EXECUTION_ROLE_ARN)
        if bool(package) == bool(source) or not role:
            raise ModelPropertiesError(
                "A recommended model needs an execution role, and either a model package or a model: deploy with the "
                "version of cdk-inference-recommender that synthesized the template."
            )
        recommendation = properties.get(Property.RECOMMENDATION_ID, UNAVAILABLE)
        compilation = _given(properties, Property.COMPILATION_JOB_NAME)
        if compilation is not None:
            raise ModelPropertiesError(
                f"The recommendation {recommendation} was measured on a model that SageMaker Neo compiled (compilation "
                f"job {compilation}), and the endpoint would run the uncompiled one: nothing was deployed. Omit "
                "`data_input_config` in the job's container config, or `ModelInput` in the model package, to measure "
                "the uncompiled model. Or create a model of your own from the output of the compilation job."
            )
        specification = _given(properties, Property.INFERENCE_SPECIFICATION_NAME)
        if specification is not None and source:
            raise ModelPropertiesError(
                f"The recommendation {recommendation} was measured with the inference specification {specification} of "
                f"a model package, and the endpoint's model is the model {source}, which has none: pass the endpoint "
                "the model package that the job has measured."
            )
        isolation = properties.get(Property.ENABLE_NETWORK_ISOLATION)
        return cls(
            package_arn=str(package) if package else None,
            source_model=str(source) if source else None,
            specification=specification,
            environment=_environment(properties),
            role_arn=str(role),
            vpc_config=_vpc_config(properties),
            network_isolation=None if isolation is None else str(isolation).lower() == "true",
        )

    def request(self, source: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the request of `CreateModel` without name and tags.

        Args:
            source: Response of `DescribeModel` for the source model; None for a package.

        Raises:
            ModelPropertiesError: It is unknown which container of the source model needs the environment.
        """
        described = source or {}
        vpc_config = self.vpc_config or described.get("VpcConfig")
        isolation = self.network_isolation
        if isolation is None:
            isolation = bool(described.get("EnableNetworkIsolation"))
        return {
            **(self._of_package() if source is None else self._of_model(source)),
            "ExecutionRoleArn": self.role_arn,
            **({"VpcConfig": dict(vpc_config)} if vpc_config else {}),
            **({"EnableNetworkIsolation": True} if isolation else {}),
        }

    def _of_package(self) -> dict[str, Any]:
        container: dict[str, Any] = {"ModelPackageName": self.package_arn}
        if self.specification is not None:
            container["InferenceSpecificationName"] = self.specification
        return {"PrimaryContainer": self._with_environment(container)}

    def _of_model(self, source: Mapping[str, Any]) -> dict[str, Any]:
        if source.get("PrimaryContainer"):
            return {"PrimaryContainer": self._with_environment(source["PrimaryContainer"])}
        containers = list(source.get("Containers") or [])
        if len(containers) == 1:
            return {"Containers": [self._with_environment(containers[0])]}
        if self.environment:
            raise ModelPropertiesError(
                f"The model {self.source_model} has {len(containers)} containers, and the service doesn't return which "
                f"of them was measured with the environment {', '.join(sorted(self.environment))}: omit the "
                "environment in the job's endpoint configurations, or create the model yourself."
            )
        execution = source.get("InferenceExecutionConfig")
        return {"Containers": containers, **({"InferenceExecutionConfig": execution} if execution else {})}

    def _with_environment(self, container: Mapping[str, Any]) -> dict[str, Any]:
        environment = {**(container.get("Environment") or {}), **self.environment}
        return {**container, **({"Environment": environment} if environment else {})}


def _given(properties: Mapping[str, Any], name: Property) -> str | None:
    value = properties.get(name, UNAVAILABLE)
    return None if isinstance(value, str) and value in {UNAVAILABLE, ""} else str(value)


def _vpc_config(properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value = properties.get(Property.VPC_CONFIG)
    if value is None or isinstance(value, dict):
        return value
    raise ModelPropertiesError(
        f"{Property.VPC_CONFIG} must be a structure of SecurityGroupIds and Subnets: deploy with the version of "
        "cdk-inference-recommender that synthesized the template."
    )


def _environment(properties: Mapping[str, Any]) -> dict[str, str]:
    text = properties.get(Property.ENVIRONMENT_JSON, "{}")
    try:
        environment = json.loads(text)
    except (TypeError, ValueError):
        environment = None
    if not isinstance(environment, dict):
        # The value can contain a secret.
        raise ModelPropertiesError(
            f"{Property.ENVIRONMENT_JSON} must be a JSON object: publish the recommendation again."
        )
    return {str(name): str(value) for name, value in environment.items()}
