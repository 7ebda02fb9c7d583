"""Types of a job's props, those of the CDK's interfaces excepted."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration

from cdk_inference_recommender.endpoint_configuration import EndpointConfiguration
from cdk_inference_recommender.job_type import JobType
from cdk_inference_recommender.model_source import ModelSource
from cdk_inference_recommender.output_config import OutputConfig
from cdk_inference_recommender.prop_types import PropType
from cdk_inference_recommender.resource_limit import ResourceLimit
from cdk_inference_recommender.stopping_conditions import StoppingConditions
from cdk_inference_recommender.traffic_pattern import TrafficPattern

MODEL: Final = PropType(of=ModelSource, example="ModelSource.from_model_package(...)", is_required=True)
READ_FROM: Final = PropType(of=object, example="[bucket]", is_list=True)
IMAGES: Final = PropType(of=object, example="[repository]", is_list=True)

JOB_PROP_TYPES: Final = {
    "model": MODEL,
    "job_type": PropType(of=JobType, example="JobType.ADVANCED", is_required=True),
    "read_from": READ_FROM,
    "images": IMAGES,
    "job_duration": PropType(of=Duration, example="Duration.hours(1)"),
    "traffic_pattern": PropType(of=TrafficPattern, example="TrafficPattern.stairs(...)"),
    "resource_limit": PropType(of=ResourceLimit, example="ResourceLimit(...)"),
    "endpoint_configurations": PropType(
        of=EndpointConfiguration, example="[EndpointConfiguration.real_time(...)]", is_list=True
    ),
    "stopping_conditions": PropType(of=StoppingConditions, example="StoppingConditions(...)"),
    "output_config": PropType(of=OutputConfig, example="OutputConfig(...)"),
    "timeout": PropType(of=Duration, example="Duration.hours(2)"),
    "poll_interval": PropType(of=Duration, example="Duration.seconds(30)"),
}
