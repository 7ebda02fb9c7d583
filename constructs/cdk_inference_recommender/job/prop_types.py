"""Types of a job's props."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration

from cdk_inference_recommender.job.props.endpoint_input_configuration import EndpointInputConfiguration
from cdk_inference_recommender.job.props.job_type import JobType
from cdk_inference_recommender.job.props.stopping_conditions import (
    FlatInvocations,
    LatencyPercentile,
    ModelLatencyThreshold,
    StoppingConditions,
)
from cdk_inference_recommender.job.props.traffic_pattern import TrafficPattern
from cdk_inference_recommender.model.container_config import (
    ContainerConfig,
    Domain,
    Framework,
    PayloadConfig,
    SupportedEndpointType,
    Task,
)
from cdk_inference_recommender.model.model_source import ModelSource
from cdk_inference_recommender.validation.cdk_interfaces import (
    ENDPOINT,
    IMAGE_REPOSITORIES,
    INPUT_BUCKETS,
    KMS_KEY,
    ROLE,
    SECURITY_GROUPS,
    TAGS,
    VPC,
    VPC_SUBNETS,
)
from cdk_inference_recommender.validation.prop_types import PropType

FLAG: Final = PropType(of=bool, example="True or False", is_required=True)
MODEL: Final = PropType(
    of=ModelSource,
    example="ModelSource.from_model_package(...)",
    is_required=True,
    within={
        "container_config": PropType(
            of=ContainerConfig,
            example="ContainerConfig(...)",
            within={
                "domain": PropType(of=Domain, example="Domain.COMPUTER_VISION"),
                "task": PropType(of=Task, example="Task.CLASSIFICATION"),
                "framework": PropType(of=Framework, example="Framework.PYTORCH"),
                "supported_endpoint_type": PropType(
                    of=SupportedEndpointType, example="SupportedEndpointType.REAL_TIME"
                ),
                "payload_config": PropType(of=PayloadConfig, example="PayloadConfig(...)"),
                "supported_instance_types": PropType(
                    of=str, example='["ml.c5.xlarge"]', is_list=True, is_required=True
                ),
            },
        )
    },
)

JOB_PROP_TYPES: Final = {
    "model": MODEL,
    "job_type": PropType(of=JobType, example="JobType.ADVANCED", is_required=True),
    "job_name": PropType(of=str, example='"bert"'),
    "job_name_prefix": PropType(of=str, example='"bert"'),
    "role": ROLE,
    "input_buckets": INPUT_BUCKETS,
    "image_repositories": IMAGE_REPOSITORIES,
    "job_duration": PropType(of=Duration, example="Duration.hours(1)"),
    "traffic_pattern": PropType(of=TrafficPattern, example="TrafficPattern.stairs(...)"),
    "endpoint_configurations": PropType(
        of=EndpointInputConfiguration,
        example="[EndpointInputConfiguration.real_time(...)]",
        is_list=True,
        is_required=True,
        within={"instance_type": PropType(of=str, example='"ml.c5.xlarge"')},
    ),
    "existing_endpoint": ENDPOINT,
    "stopping_conditions": PropType(
        of=StoppingConditions,
        example="StoppingConditions(...)",
        within={
            "model_latency_thresholds": PropType(
                of=ModelLatencyThreshold,
                example="[ModelLatencyThreshold(...)]",
                is_list=True,
                is_required=True,
                within={"percentile": PropType(of=LatencyPercentile, example="LatencyPercentile.P95")},
            ),
            "flat_invocations": PropType(of=FlatInvocations, example="FlatInvocations.STOP"),
        },
    ),
    "output_encryption_key": KMS_KEY,
    "volume_encryption_key": KMS_KEY,
    "vpc": VPC,
    "vpc_subnets": VPC_SUBNETS,
    "security_groups": SECURITY_GROUPS,
    "tags": TAGS,
    "timeout": PropType(of=Duration, example="Duration.hours(2)"),
    "poll_interval": PropType(of=Duration, example="Duration.seconds(30)"),
    "accept_stopped": FLAG,
    "rerun_nonce": PropType(of=str, example='"2"'),
}
EXISTING_JOB_PROP_TYPES: Final = {
    "job_name": PropType(of=str, example='"bert"', is_required=True),
    "job_arn": PropType(
        of=str, example='"arn:aws:sagemaker:<region>:<account>:inference-recommendations-job/<name>"', is_required=True
    ),
    "timeout": JOB_PROP_TYPES["timeout"],
    "poll_interval": JOB_PROP_TYPES["poll_interval"],
}
