"""Endpoint configurations that SageMaker refuses, beyond the bounds of single members."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.session import Session

from inference_recommender_sandbox.sagemaker.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import StringShape

_OF_INSTANCES: Final = (
    "CapacityReservationConfig",
    "ContainerStartupHealthCheckTimeoutInSeconds",
    "CoreDumpConfig",
    "EnableSSMAccess",
    "InferenceAmiVersion",
    "InitialInstanceCount",
    "InstanceType",
    "ModelDataDownloadTimeoutInSeconds",
    "RoutingConfig",
    "VariantInstanceProvisionTimeoutInSeconds",
    "VolumeSizeInGB",
)
_NOT_SERVERLESS: Final = ("AsyncInferenceConfig", "DataCaptureConfig", "KmsKeyId", "MetricsConfig")
_FREQUENCIES: Final = (10, 30, 60, 120, 180, 240, 300)
_TOPICS: Final = {"SUCCESS_NOTIFICATION_TOPIC": "SuccessTopic", "ERROR_NOTIFICATION_TOPIC": "ErrorTopic"}


def refuse_configuration(request: Mapping[str, Any]) -> None:
    """Refuse a `CreateEndpointConfig` request whose members exclude each other.

    Raises:
        ValidationException: Says why.
    """
    variants = request["ProductionVariants"]
    for variant in variants:
        _refuse_variant(variant)
    if any(variant.get("ServerlessConfig") for variant in variants):
        _refuse_members(request, _NOT_SERVERLESS, "serverless endpoints")
    if request.get("AsyncInferenceConfig"):
        if len(variants) > 1:
            raise ValidationException("AsyncInferenceConfig isn't supported for endpoints with several variants.")
        _refuse_notifications(request["AsyncInferenceConfig"]["OutputConfig"].get("NotificationConfig") or {})
    frequency = (request.get("MetricsConfig") or {}).get("MetricPublishFrequencyInSeconds")
    if frequency is not None and frequency not in _FREQUENCIES:
        raise ValidationException(f"MetricPublishFrequencyInSeconds {frequency} isn't one of {_FREQUENCIES}.")


def _refuse_variant(variant: Mapping[str, Any]) -> None:
    serverless = variant.get("ServerlessConfig")
    if serverless:
        _refuse_members(variant, _OF_INSTANCES, "serverless variants")
        if (serverless.get("ProvisionedConcurrency") or 0) > serverless["MaxConcurrency"]:
            raise ValidationException("ProvisionedConcurrency must be less than or equal to MaxConcurrency.")
    image = variant.get("InferenceAmiVersion")
    if image is not None and image not in _images():
        raise ValidationException(
            f"1 validation error detected: Value '{image}' at 'productionVariants.1.member.inferenceAmiVersion' failed "
            f"to satisfy constraint: Member must satisfy enum value set: [{', '.join(sorted(_images()))}]"
        )
    routing = variant.get("RoutingConfig") or {}
    prefix = routing.get("PrefixAwareRoutingConfig") or {}
    if (routing.get("RoutingStrategy") == "PREFIX_AWARE") != (
        prefix.keys() == {"PrefixLength", "ConcurrencyThreshold"}
    ):
        raise ValidationException("PREFIX_AWARE, and no other strategy, takes a whole PrefixAwareRoutingConfig.")


def _refuse_members(document: Mapping[str, Any], names: tuple[str, ...], of: str) -> None:
    stray = [name for name in names if document.get(name)]
    if stray:
        raise ValidationException(f"{', '.join(stray)} isn't supported for {of}.")


def _refuse_notifications(notifications: Mapping[str, Any]) -> None:
    for name in notifications.get("IncludeInferenceResponseIn") or ():
        if not notifications.get(_TOPICS[name]):
            raise ValidationException(f"{name} needs a {_TOPICS[name]}.")


@cache
def _images() -> frozenset[str]:
    shape = Session().get_service_model("sagemaker").shape_for("ProductionVariantInferenceAmiVersion")
    return frozenset(cast("StringShape", shape).enum)
