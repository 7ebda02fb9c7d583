"""What a recommended endpoint's props hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.model.model_source import MODEL_SOURCE
from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
from cdk_inference_recommender.recommendation.scaling_recommendation import ScalingRecommendation
from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.validation.cdk_interfaces import (
    FLAG,
    IMAGE_REPOSITORIES,
    INPUT_BUCKETS,
    KEY,
    ROLE,
    SECURITY_GROUPS,
    TAGS,
    VPC,
    VPC_SUBNETS,
)
from cdk_inference_recommender.validation.prop_types import PropType
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

ENDPOINT_PROP_TYPES: Final = {
    "recommendation": PropType(
        of=(RealTimeRecommendation, ServerlessRecommendation),
        example="what recommend_real_time(...), recommend_serverless(...) or from_parameters(...) returned",
        is_required=True,
    ),
    # Those of the recommendation's job where they are left out.
    "model": replace(MODEL_SOURCE, is_required=False),
    "role": ROLE,
    "input_buckets": replace(INPUT_BUCKETS, is_required=False),
    "image_repositories": replace(IMAGE_REPOSITORIES, is_required=False),
    "endpoint_name": PropType(of=str, example='"bert"'),
    "variant_name": PropType(of=str, example='"AllTraffic"', is_required=True),
    "volume_encryption_key": KEY,
    "vpc": VPC,
    "vpc_subnets": VPC_SUBNETS,
    "security_groups": SECURITY_GROUPS,
    "network_isolation": PropType(of=bool, example="True or False"),
    "tags": TAGS,
}
SCALING_ARGUMENT_TYPES: Final = {
    "scaling": PropType(
        of=ScalingRecommendation, example="what recommend_scaling(...) of the recommendation returned", is_required=True
    ),
    "disable_scale_in": FLAG,
}
_INSTANCES_ONLY: Final = ("vpc", "volume_encryption_key", "network_isolation")


def reject_serverless_props(endpoint: Construct, props: Mapping[str, object]) -> None:
    """Reject props that a serverless endpoint can't have.

    Args:
        endpoint: Whose props they are.
        props: By name.

    Raises:
        ValidationError: Names all of them.
    """
    stray = [name for name in _INSTANCES_ONLY if props[name] is not None and props[name] is not False]
    if stray:
        raise ValidationError(
            f"{endpoint.node.path}: a serverless endpoint takes no {' and no '.join(stray)} (developer guide, "
            "serverless inference, feature exclusions). Leave it out, or use a real-time recommendation."
        )
