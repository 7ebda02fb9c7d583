"""The answer of `GetScalingConfigurationRecommendation`, from a finished job's simulated figures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.sagemaker.errors import ResourceNotFound, ValidationException

from .documents import completed_recommendations, recommendation_id, step_figures, without_absent
from .inference_recommendations_job import InferenceRecommendationsJob, JobStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT_TARGET_CPU: Final = 50
_SCALE_IN_COOLDOWN_SECONDS: Final = 600
_SCALE_OUT_COOLDOWN_SECONDS: Final = 300
_LARGEST_CAPACITY_FACTOR: Final = 4
_FULL_CPU: Final = 100


def scaling_configuration(job: InferenceRecommendationsJob, request: Mapping[str, Any], now: float) -> dict[str, Any]:
    """Recommend how to scale one of a job's recommendations.

    Args:
        job: The job that the request names.
        request: Of the operation; one of `RecommendationId` and `EndpointName` says which recommendation is meant.
        now: Epoch seconds of the sandbox's clock.

    Raises:
        ValidationException: The job isn't completed, neither or both are named, or the recommendation is serverless.
        ResourceNotFound: The job has no such recommendation.
    """
    if job.status(now) is not JobStatus.COMPLETED:
        raise ValidationException(
            f"Inference Recommendations Job {job.name} is in status {job.status(now)}; it must be COMPLETED."
        )
    index = _recommendation(job, request, now)
    benchmark, figures = job.plan.benchmarks[index], step_figures(job, index)
    if figures.instance_count is None:
        raise ValidationException("Scaling configurations are recommended for real-time endpoints only.")
    target_cpu = request.get("TargetCpuUtilizationPerCore", _DEFAULT_TARGET_CPU)
    measured = max(1, figures.max_invocations // figures.instance_count)
    per_instance = max(1, int(measured * target_cpu / _FULL_CPU))
    objective = request.get("ScalingPolicyObjective", {})
    most = objective.get("MaxInvocationsPerMinute", figures.max_invocations * _LARGEST_CAPACITY_FACTOR)
    min_capacity = max(1, math.ceil(objective.get("MinInvocationsPerMinute", 1) / per_instance))
    return without_absent(
        {
            "InferenceRecommendationsJobName": job.name,
            "RecommendationId": recommendation_id(job, index),
            "EndpointName": benchmark.endpoint_name,
            "TargetCpuUtilizationPerCore": target_cpu,
            "ScalingPolicyObjective": objective or None,
            "Metric": {"InvocationsPerInstance": per_instance, "ModelLatency": figures.model_latency},
            "DynamicScalingConfiguration": {
                "MinCapacity": min_capacity,
                "MaxCapacity": max(min_capacity, math.ceil(most / per_instance)),
                "ScaleInCooldown": _SCALE_IN_COOLDOWN_SECONDS,
                "ScaleOutCooldown": _SCALE_OUT_COOLDOWN_SECONDS,
                "ScalingPolicies": [
                    {
                        "TargetTracking": {
                            "MetricSpecification": {
                                "Predefined": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
                            },
                            "TargetValue": float(per_instance),
                        }
                    }
                ],
            },
        }
    )


def _recommendation(job: InferenceRecommendationsJob, request: Mapping[str, Any], now: float) -> int:
    wanted_id, wanted_endpoint = request.get("RecommendationId"), request.get("EndpointName")
    if (wanted_id is None) is (wanted_endpoint is None):
        raise ValidationException("Specify exactly one of RecommendationId and EndpointName.")
    for index in completed_recommendations(job, now):
        if wanted_id == recommendation_id(job, index) or wanted_endpoint == job.plan.benchmarks[index].endpoint_name:
            return index
    named = wanted_id or wanted_endpoint
    raise ResourceNotFound(f"Could not find recommendation {named} of Inference Recommendations Job {job.name}.")
