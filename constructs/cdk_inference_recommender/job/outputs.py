"""A job and what was chosen of it, as outputs of its stack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aws_cdk import CfnOutput, Stack, Token

from cdk_inference_recommender.recommendation.measured_job import MeasuredJob
from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.validation.prop_types import PropType, check_types
from cdk_inference_recommender.validation.validation_error import ValidationError
from inference_recommendations_handler.protocol.contract import RecommendationAttribute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk_inference_recommender.recommendation.recommendation import Recommendation

    from .base import InferenceRecommendationsJobBase

_COMMON: Final = (
    RecommendationAttribute.RECOMMENDATION_ID,
    RecommendationAttribute.COST_PER_INFERENCE,
    RecommendationAttribute.MODEL_LATENCY_MS,
    RecommendationAttribute.MAX_INVOCATIONS,
)
_REAL_TIME: Final = (RecommendationAttribute.INSTANCE_TYPE, RecommendationAttribute.INITIAL_INSTANCE_COUNT, *_COMMON)
_SERVERLESS: Final = (RecommendationAttribute.MEMORY_SIZE_IN_MB, RecommendationAttribute.MAX_CONCURRENCY, *_COMMON)
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9]")
"""What the name of an output can't have (CloudFormation user guide, Outputs)."""

_ARGUMENT_TYPES: Final = {
    "recommendations": PropType(
        of=(RealTimeRecommendation, ServerlessRecommendation),
        example="add_outputs(best), with best = job.recommend_real_time(...) or job.recommend_serverless(...)",
        is_list=True,
        is_required=True,
    ),
    "prefix": PropType(of=str, example='"First"', is_required=True),
}


def add_outputs(
    job: InferenceRecommendationsJobBase, recommendations: Sequence[Recommendation], prefix: str
) -> Mapping[str, CfnOutput]:
    """Add the outputs; see `InferenceRecommendationsJob.add_outputs`."""
    check_types(job, _ARGUMENT_TYPES, recommendations=recommendations, prefix=prefix)
    if _NO_NAME.search(prefix):
        raise ValidationError(
            f"{job.node.path}: prefix = {prefix!r}: the name of an output has letters and digits only. Leave out "
            "others."
        )
    values = {f"{prefix}JobName": job.job_name, f"{prefix}JobArn": job.job_arn}
    for recommendation in recommendations:
        if MeasuredJob.of(recommendation) is not MeasuredJob.of(job):
            raise ValidationError(
                f"{recommendation.node.path} isn't a recommendation of {job.node.path}. Give what this job's "
                "recommend_real_time or recommend_serverless returned."
            )
        name = prefix + _NO_NAME.sub("", recommendation.node.id)
        attributes = _SERVERLESS if isinstance(recommendation, ServerlessRecommendation) else _REAL_TIME
        for attribute in attributes:
            if f"{name}{attribute}" in values:
                raise ValidationError(
                    f"Two recommendations would have the output {name}: their ids differ in signs only, which an "
                    "output's name can't have. Choose another id."
                )
            values[f"{name}{attribute}"] = Token.as_string(getattr(recommendation, attribute.name.lower()))
    stack = Stack.of(job)
    for name in values:
        if stack.node.try_find_child(name) is not None:
            raise ValidationError(
                f"The stack {stack.node.path} has {name} already. Tell the two apart with "
                f"{job.node.id}.add_outputs(..., prefix=...)."
            )
    # Directly in the stack, so that the id is the name, without a hash.
    return {name: CfnOutput(stack, name, value=value) for name, value in values.items()}
