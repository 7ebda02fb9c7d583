"""AWS CDK constructs for Amazon SageMaker Inference Recommender.

Names are imported when they are first used: the command line and the local AWS need the request's rules only, and
loading the CDK starts a Node.js process.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cdk_inference_recommender.constraints import Constraints
    from cdk_inference_recommender.container_config import (
        ContainerConfig,
        Domain,
        Framework,
        ModelContainerConfig,
        PayloadConfig,
        SupportedEndpointType,
        Task,
    )
    from cdk_inference_recommender.endpoint_configuration import EndpointConfiguration
    from cdk_inference_recommender.inference_recommendations_job import InferenceRecommendationsJob
    from cdk_inference_recommender.inference_recommendations_job_base import InferenceRecommendationsJobBase
    from cdk_inference_recommender.job_type import JobType
    from cdk_inference_recommender.model_source import ModelSource
    from cdk_inference_recommender.objective import Objective
    from cdk_inference_recommender.output_config import OutputConfig
    from cdk_inference_recommender.real_time_recommendation import RealTimeRecommendation
    from cdk_inference_recommender.recommended_endpoint import RecommendedEndpoint
    from cdk_inference_recommender.resource_limit import ResourceLimit
    from cdk_inference_recommender.scaled_instance_count import ScaledInstanceCount
    from cdk_inference_recommender.scaling_recommendation import ScalingRecommendation
    from cdk_inference_recommender.serverless_recommendation import ServerlessRecommendation
    from cdk_inference_recommender.stopping_conditions import (
        FlatInvocations,
        LatencyPercentile,
        ModelLatencyThreshold,
        StoppingConditions,
    )
    from cdk_inference_recommender.traffic_pattern import Phase, Stairs, TrafficPattern
    from cdk_inference_recommender.validation_error import ValidationError

    __version__: str

__all__ = [
    "Constraints",
    "ContainerConfig",
    "Domain",
    "EndpointConfiguration",
    "FlatInvocations",
    "Framework",
    "InferenceRecommendationsJob",
    "InferenceRecommendationsJobBase",
    "JobType",
    "LatencyPercentile",
    "ModelContainerConfig",
    "ModelLatencyThreshold",
    "ModelSource",
    "Objective",
    "OutputConfig",
    "PayloadConfig",
    "Phase",
    "RealTimeRecommendation",
    "RecommendedEndpoint",
    "ResourceLimit",
    "ScaledInstanceCount",
    "ScalingRecommendation",
    "ServerlessRecommendation",
    "Stairs",
    "StoppingConditions",
    "SupportedEndpointType",
    "Task",
    "TrafficPattern",
    "ValidationError",
]

_MODULES: Final = {
    "Constraints": "constraints",
    "ContainerConfig": "container_config",
    "Domain": "container_config",
    "EndpointConfiguration": "endpoint_configuration",
    "FlatInvocations": "stopping_conditions",
    "Framework": "container_config",
    "InferenceRecommendationsJob": "inference_recommendations_job",
    "InferenceRecommendationsJobBase": "inference_recommendations_job_base",
    "JobType": "job_type",
    "LatencyPercentile": "stopping_conditions",
    "ModelContainerConfig": "container_config",
    "ModelLatencyThreshold": "stopping_conditions",
    "ModelSource": "model_source",
    "Objective": "objective",
    "OutputConfig": "output_config",
    "PayloadConfig": "container_config",
    "Phase": "traffic_pattern",
    "RealTimeRecommendation": "real_time_recommendation",
    "RecommendedEndpoint": "recommended_endpoint",
    "ResourceLimit": "resource_limit",
    "ScaledInstanceCount": "scaled_instance_count",
    "ScalingRecommendation": "scaling_recommendation",
    "ServerlessRecommendation": "serverless_recommendation",
    "Stairs": "traffic_pattern",
    "StoppingConditions": "stopping_conditions",
    "SupportedEndpointType": "container_config",
    "Task": "container_config",
    "TrafficPattern": "traffic_pattern",
    "ValidationError": "validation_error",
}


def _version() -> str:
    # Here, since the command line can't answer Ctrl-C before this module is imported.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("cdk-inference-recommender")
    except PackageNotFoundError:
        # Imported from a checkout or a zip that isn't installed.
        return "0+unknown"


def __getattr__(name: str) -> object:
    if name == "__version__":
        return _version()
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return __all__
