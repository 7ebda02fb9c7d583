"""Types of a recommendation's props."""

from __future__ import annotations

from typing import Final

from cdk_inference_recommender.validation.prop_types import Interface, PropType

from .constraints import Constraints
from .objective import Objective

RECOMMENDATION_PROP_TYPES: Final = {
    "job": PropType(
        interface=Interface(name="InferenceRecommendationsJob", has=("job_name", "recommend_real_time")),
        example="an InferenceRecommendationsJob, or what from_job_name(...) or from_job_arn(...) returned",
        is_required=True,
    ),
    "optimize_for": PropType(of=Objective, example="Objective.MODEL_LATENCY", is_required=True),
    "constraints": PropType(
        of=Constraints,
        example="Constraints(max_cost_per_hour=0.5)",
        is_required=True,
        # A rule judges each family.
        within={
            f"{kind}_instance_families": PropType(of=object, example='["c5", "m5"]', is_list=True, is_required=True)
            for kind in ("allowed", "excluded")
        },
    ),
}
