"""Types of a recommended endpoint's props, those of the CDK's interfaces excepted."""

from __future__ import annotations

from typing import Final

from cdk_inference_recommender.job_prop_types import IMAGES, MODEL, READ_FROM
from cdk_inference_recommender.prop_types import PropType
from cdk_inference_recommender.real_time_recommendation import RealTimeRecommendation
from cdk_inference_recommender.serverless_recommendation import ServerlessRecommendation

ENDPOINT_PROP_TYPES: Final = {
    "recommendation": PropType(
        of=(RealTimeRecommendation, ServerlessRecommendation),
        example="what recommend_real_time(...), recommend_serverless(...) or from_parameters(...) returned",
        is_required=True,
    ),
    "model": MODEL,
    "read_from": READ_FROM,
    "images": IMAGES,
}
