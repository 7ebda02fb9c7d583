"""AWS CDK constructs for Amazon SageMaker Inference Recommender.

Names are imported when they are first used: the command line and the local AWS need the request's rules only, and
loading the CDK starts a Node.js process.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cdk_inference_recommender.endpoint.grants import RecommendedEndpointGrants
    from cdk_inference_recommender.endpoint.monitored_endpoint import InvocationHttpResponseCode
    from cdk_inference_recommender.endpoint.props.async_inference import AsyncInference, NotificationTopic
    from cdk_inference_recommender.endpoint.props.capacity_size import CapacitySize
    from cdk_inference_recommender.endpoint.props.core_dump import CoreDump
    from cdk_inference_recommender.endpoint.props.data_capture import CaptureMode, DataCapture
    from cdk_inference_recommender.endpoint.props.deployment_config import DeploymentConfig
    from cdk_inference_recommender.endpoint.props.inference_ami_version import InferenceAmiVersion
    from cdk_inference_recommender.endpoint.props.routing_strategy import RoutingStrategy
    from cdk_inference_recommender.endpoint.props.s3_destination import S3Destination
    from cdk_inference_recommender.endpoint.recommended_endpoint import RecommendedEndpoint
    from cdk_inference_recommender.endpoint.scalable_instance_count import ScalableInstanceCount
    from cdk_inference_recommender.job.grants import InferenceRecommendationsJobGrants
    from cdk_inference_recommender.job.inference_recommendations_job import InferenceRecommendationsJob
    from cdk_inference_recommender.job.interface import IInferenceRecommendationsJob
    from cdk_inference_recommender.job.props.endpoint_input_configuration import EndpointInputConfiguration
    from cdk_inference_recommender.job.props.job_type import JobType
    from cdk_inference_recommender.job.props.stopping_conditions import (
        FlatInvocations,
        LatencyPercentile,
        ModelLatencyThreshold,
        StoppingConditions,
    )
    from cdk_inference_recommender.job.props.traffic_pattern import Phase, Stairs, TrafficPattern
    from cdk_inference_recommender.model.container_config import (
        ContainerConfig,
        Domain,
        Framework,
        ModelContainerConfig,
        PayloadConfig,
        SupportedEndpointType,
        Task,
    )
    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.permissions.execution_role_restrictions import ExecutionRoleRestrictions
    from cdk_inference_recommender.provider.inference_recommender_provider import InferenceRecommenderProvider
    from cdk_inference_recommender.recommendation.constraints import Constraints
    from cdk_inference_recommender.recommendation.objective import Objective
    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
    from cdk_inference_recommender.recommendation.recommendation import UNAVAILABLE, Recommendation
    from cdk_inference_recommender.recommendation.scaling_recommendation import ScalingRecommendation
    from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
    from cdk_inference_recommender.validation.validation_error import ValidationError

    __version__: str

__all__ = [
    "UNAVAILABLE",
    "AsyncInference",
    "CapacitySize",
    "CaptureMode",
    "Constraints",
    "ContainerConfig",
    "CoreDump",
    "DataCapture",
    "DeploymentConfig",
    "Domain",
    "EndpointInputConfiguration",
    "ExecutionRoleRestrictions",
    "FlatInvocations",
    "Framework",
    "IInferenceRecommendationsJob",
    "InferenceAmiVersion",
    "InferenceRecommendationsJob",
    "InferenceRecommendationsJobGrants",
    "InferenceRecommenderProvider",
    "InvocationHttpResponseCode",
    "JobType",
    "LatencyPercentile",
    "ModelContainerConfig",
    "ModelLatencyThreshold",
    "ModelSource",
    "NotificationTopic",
    "Objective",
    "PayloadConfig",
    "Phase",
    "RealTimeRecommendation",
    "Recommendation",
    "RecommendedEndpoint",
    "RecommendedEndpointGrants",
    "RoutingStrategy",
    "S3Destination",
    "ScalableInstanceCount",
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
    "AsyncInference": "endpoint.props.async_inference",
    "CapacitySize": "endpoint.props.capacity_size",
    "CaptureMode": "endpoint.props.data_capture",
    "Constraints": "recommendation.constraints",
    "ContainerConfig": "model.container_config",
    "CoreDump": "endpoint.props.core_dump",
    "DataCapture": "endpoint.props.data_capture",
    "DeploymentConfig": "endpoint.props.deployment_config",
    "Domain": "model.container_config",
    "EndpointInputConfiguration": "job.props.endpoint_input_configuration",
    "ExecutionRoleRestrictions": "permissions.execution_role_restrictions",
    "FlatInvocations": "job.props.stopping_conditions",
    "Framework": "model.container_config",
    "IInferenceRecommendationsJob": "job.interface",
    "InferenceAmiVersion": "endpoint.props.inference_ami_version",
    "InferenceRecommendationsJob": "job.inference_recommendations_job",
    "InferenceRecommendationsJobGrants": "job.grants",
    "InferenceRecommenderProvider": "provider.inference_recommender_provider",
    "InvocationHttpResponseCode": "endpoint.monitored_endpoint",
    "JobType": "job.props.job_type",
    "LatencyPercentile": "job.props.stopping_conditions",
    "ModelContainerConfig": "model.container_config",
    "ModelLatencyThreshold": "job.props.stopping_conditions",
    "ModelSource": "model.model_source",
    "NotificationTopic": "endpoint.props.async_inference",
    "Objective": "recommendation.objective",
    "PayloadConfig": "model.container_config",
    "Phase": "job.props.traffic_pattern",
    "RealTimeRecommendation": "recommendation.real_time_recommendation",
    "Recommendation": "recommendation.recommendation",
    "RecommendedEndpoint": "endpoint.recommended_endpoint",
    "RecommendedEndpointGrants": "endpoint.grants",
    "RoutingStrategy": "endpoint.props.routing_strategy",
    "S3Destination": "endpoint.props.s3_destination",
    "ScalableInstanceCount": "endpoint.scalable_instance_count",
    "ScalingRecommendation": "recommendation.scaling_recommendation",
    "ServerlessRecommendation": "recommendation.serverless_recommendation",
    "Stairs": "job.props.traffic_pattern",
    "StoppingConditions": "job.props.stopping_conditions",
    "SupportedEndpointType": "model.container_config",
    "Task": "model.container_config",
    "TrafficPattern": "job.props.traffic_pattern",
    "UNAVAILABLE": "recommendation.recommendation",
    "ValidationError": "validation.validation_error",
}


def _version() -> str:
    # Here, since the command line can't handle Ctrl-C before this module is imported.
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
