"""What arguments of a recommended endpoint's methods hold, and which props exclude each other by its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.recommendation.scaling_recommendation import ScalingRecommendation
from cdk_inference_recommender.validation.cdk_interfaces import ALARMS, FLAG
from cdk_inference_recommender.validation.prop_types import PropType
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from constructs import Construct

    from .props.endpoint_props import EndpointProps

SCALING_ARGUMENT_TYPES: Final = {
    "scaling": PropType(
        of=ScalingRecommendation, example="what recommend_scaling(...) of the recommendation returned", is_required=True
    ),
    "disable_scale_in": FLAG,
}
ALARM_ARGUMENT_TYPES: Final = {"alarms": ALARMS}
_INSTANCES_ONLY: Final = (
    "vpc",
    "volume_size",
    "volume_encryption_key",
    "network_isolation",
    "initial_instance_count",
    "deployment_config",
    "data_capture",
    "async_inference",
    "core_dump",
    "model_data_download_timeout",
    "container_startup_health_check_timeout",
    "instance_provision_timeout",
    "inference_ami_version",
    "routing_strategy",
    "capacity_reservation",
    "enable_ssm_access",
    "enhanced_metrics",
    "metric_publish_frequency",
)
_SERVERLESS_ONLY: Final = ("provisioned_concurrency",)


def reject_props_of_other_kind(endpoint: Construct, props: EndpointProps, *, is_serverless: bool) -> None:
    """Reject props that a serverless endpoint, or one on instances, can't have.

    Args:
        endpoint: Whose props they are.
        props: As given.
        is_serverless: Which kind it is.

    Raises:
        ValidationError: Names all of them.
    """
    names = _INSTANCES_ONLY if is_serverless else _SERVERLESS_ONLY
    stray = [name for name in names if getattr(props, name) is not None and getattr(props, name) is not False]
    if not stray:
        return
    listed = " and no ".join(stray)
    if is_serverless:
        raise ValidationError(
            f"{endpoint.node.path}: a serverless endpoint takes no {listed} (developer guide, serverless inference, "
            "feature exclusions, and deployment guardrails). Leave it out, or use a real-time recommendation."
        )
    raise ValidationError(
        f"{endpoint.node.path}: an endpoint on instances takes no {listed} (API reference, ProductionVariant). Leave "
        "it out, or use a serverless recommendation."
    )
