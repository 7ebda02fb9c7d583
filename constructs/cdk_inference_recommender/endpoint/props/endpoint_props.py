"""Every prop of a recommended endpoint, and the members of the API that they are rendered to.

Members of the endpoint's production variant stand below `ProductionVariant`, and what a job's request has, too, stands
where it stands there, so that the same rules apply.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Final

from aws_cdk import Duration, Size

from cdk_inference_recommender.model.model_source import MODEL_SOURCE, ModelSource
from cdk_inference_recommender.permissions.kms_key import kms_key_id
from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.validation.api_member import member, types_of
from cdk_inference_recommender.validation.cdk_interfaces import (
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
from cdk_inference_recommender.validation.property_path import property_path, spellings_of
from cdk_inference_recommender.validation.tokens import gibibytes_of, seconds_of

from .async_inference import AsyncInference
from .core_dump import CoreDump
from .data_capture import DataCapture
from .deployment_config import DeploymentConfig
from .inference_ami_version import InferenceAmiVersion
from .routing_strategy import RoutingStrategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import jsii
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef

    from cdk_inference_recommender.request import Path

VARIANT: Final = "ProductionVariant"

_IN: Final = "InputConfig"
_MAYBE_FLAG: Final = PropType(of=bool, example="True or False")
_TIMEOUT: Final = PropType(of=Duration, example="Duration.minutes(10)")


@dataclass(frozen=True, kw_only=True)
class EndpointProps:
    """Props of `RecommendedEndpoint`, which describes them; None, or an empty list, says nothing."""

    recommendation: RealTimeRecommendation | ServerlessRecommendation = field(
        metadata=member(
            kind=PropType(
                of=(RealTimeRecommendation, ServerlessRecommendation),
                example="what recommend_real_time(...), recommend_serverless(...) or from_parameters(...) returned",
                is_required=True,
            )
        )
    )
    # That of the recommendation's job where it is left out, like buckets and repositories.
    model: ModelSource | None = field(
        metadata=member(_IN, kind=replace(MODEL_SOURCE, is_required=False), render=None, is_flat=True)
    )
    role: iam.IRole | None = field(metadata=member("RoleArn", kind=ROLE, render=None))
    input_buckets: Sequence[IBucket] | None = field(
        metadata=member("InputBuckets", kind=replace(INPUT_BUCKETS, is_required=False), render=None)
    )
    image_repositories: Sequence[IRepository] | None = field(
        metadata=member("ImageRepositories", kind=replace(IMAGE_REPOSITORIES, is_required=False), render=None)
    )
    endpoint_name: str | None = field(metadata=member("EndpointName", kind=PropType(of=str, example='"bert"')))
    variant_name: str = field(
        metadata=member("VariantName", kind=PropType(of=str, example='"AllTraffic"', is_required=True))
    )
    initial_instance_count: jsii.Number | None = field(metadata=member(VARIANT, "InitialInstanceCount"))
    provisioned_concurrency: jsii.Number | None = field(
        metadata=member(VARIANT, "ServerlessConfig", "ProvisionedConcurrency")
    )
    deployment_config: DeploymentConfig | None = field(
        metadata=member("DeploymentConfig", kind=PropType(of=DeploymentConfig, example="DeploymentConfig.canary(...)"))
    )
    data_capture: DataCapture | None = field(
        metadata=member("DataCaptureConfig", kind=PropType(of=DataCapture, example="DataCapture(...)"))
    )
    async_inference: AsyncInference | None = field(
        metadata=member("AsyncInferenceConfig", kind=PropType(of=AsyncInference, example="AsyncInference(...)"))
    )
    core_dump: CoreDump | None = field(
        metadata=member(VARIANT, "CoreDumpConfig", kind=PropType(of=CoreDump, example="CoreDump(...)"))
    )
    model_data_download_timeout: Duration | None = field(
        metadata=member(VARIANT, "ModelDataDownloadTimeoutInSeconds", kind=_TIMEOUT, render=seconds_of)
    )
    container_startup_health_check_timeout: Duration | None = field(
        metadata=member(VARIANT, "ContainerStartupHealthCheckTimeoutInSeconds", kind=_TIMEOUT, render=seconds_of)
    )
    instance_provision_timeout: Duration | None = field(
        metadata=member(VARIANT, "VariantInstanceProvisionTimeoutInSeconds", kind=_TIMEOUT, render=seconds_of)
    )
    inference_ami_version: InferenceAmiVersion | None = field(
        metadata=member(
            VARIANT,
            "InferenceAmiVersion",
            kind=PropType(of=InferenceAmiVersion, example="InferenceAmiVersion.AL2_GPU_3_1"),
        )
    )
    routing_strategy: RoutingStrategy | None = field(
        metadata=member(
            VARIANT,
            "RoutingConfig",
            kind=PropType(of=RoutingStrategy, example="RoutingStrategy.LEAST_OUTSTANDING_REQUESTS"),
        )
    )
    capacity_reservation: str | None = field(
        metadata=member(
            VARIANT,
            "CapacityReservationConfig",
            kind=PropType(of=str, example='"arn:aws:sagemaker:..."'),
            # The only preference that the API has.
            render=lambda arn, _: {
                "CapacityReservationPreference": "capacity-reservations-only",
                "MlReservationArn": arn,
            },
            items="unspelled",
        )
    )
    enable_ssm_access: bool | None = field(metadata=member(VARIANT, "EnableSSMAccess", kind=_MAYBE_FLAG))
    enhanced_metrics: bool | None = field(metadata=member("MetricsConfig", "EnableEnhancedMetrics", kind=_MAYBE_FLAG))
    metric_publish_frequency: Duration | None = field(
        metadata=member("MetricsConfig", "MetricPublishFrequencyInSeconds", kind=_TIMEOUT, render=seconds_of)
    )
    volume_size: Size | None = field(
        metadata=member(
            VARIANT, "VolumeSizeInGB", kind=PropType(of=Size, example="Size.gibibytes(64)"), render=gibibytes_of
        )
    )
    volume_encryption_key: IKeyRef | None = field(
        metadata=member(_IN, "VolumeKmsKeyId", kind=KEY, render=lambda key, _: kms_key_id(key))
    )
    vpc: ec2.IVpc | None = field(metadata=member(kind=VPC))
    vpc_subnets: ec2.SubnetSelection | None = field(
        metadata=member(_IN, "VpcConfig", "Subnets", kind=VPC_SUBNETS, render=None)
    )
    security_groups: Sequence[ec2.ISecurityGroup] | None = field(
        metadata=member(_IN, "VpcConfig", "SecurityGroupIds", kind=SECURITY_GROUPS, render=None)
    )
    network_isolation: bool | None = field(metadata=member("EnableNetworkIsolation", kind=_MAYBE_FLAG))
    tags: Mapping[str, str] | None = field(metadata=member("Tags", kind=TAGS, render=None, items="by name"))


ENDPOINT_PROPS: Final = frozenset(each.name for each in fields(EndpointProps))
ENDPOINT_PROP_TYPES: Final = types_of(EndpointProps)

_SPELLINGS: Final = spellings_of(EndpointProps)


def endpoint_property_path(path: Path, document: Mapping[str, object] | None = None) -> str:
    """Translate the path of an API member into props of an endpoint, for example `deployment_config.canary_size`.

    Args:
        path: API member names and list positions.
        document: The document that the path leads into, where there is one.
    """
    return property_path(path, document, _SPELLINGS)
