"""Every prop of a job, and the members of the API that they are rendered to."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

from aws_cdk import Duration

from cdk_inference_recommender.model.model_source import MODEL_SOURCE, ModelSource
from cdk_inference_recommender.model.resource_name import name_of_endpoint
from cdk_inference_recommender.permissions.execution_role import JobInputs
from cdk_inference_recommender.permissions.execution_role_restrictions import ExecutionRoleRestrictions
from cdk_inference_recommender.permissions.kms_key import kms_key_id
from cdk_inference_recommender.permissions.role_arn import role_arn_of
from cdk_inference_recommender.validation.api_member import member, types_of
from cdk_inference_recommender.validation.cdk_interfaces import (
    BUCKET,
    ENDPOINT,
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
from cdk_inference_recommender.validation.property_path import property_path, spellings_of
from cdk_inference_recommender.validation.tokens import seconds_of

from .endpoint_input_configuration import EndpointInputConfiguration
from .job_type import JobType
from .stopping_conditions import StoppingConditions
from .traffic_pattern import TrafficPattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import jsii
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from aws_cdk.interfaces.aws_sagemaker import IEndpointRef

    from cdk_inference_recommender.request import Path

_IN: Final = "InputConfig"
_OUT: Final = "OutputConfig"


@dataclass(frozen=True, kw_only=True)
class JobProps:
    """Props of `InferenceRecommendationsJob`, which describes them; None, or an empty list, says nothing."""

    model: ModelSource | None = field(metadata=member(_IN, kind=MODEL_SOURCE, is_flat=True))
    job_type: JobType | None = field(
        metadata=member("JobType", kind=PropType(of=JobType, example="JobType.ADVANCED", is_required=True))
    )
    job_name: str | None = field(metadata=member("JobName", kind=PropType(of=str, example='"bert"')))
    job_name_prefix: str | None = field(metadata=member(kind=PropType(of=str, example='"bert"')))
    description: str | None = field(metadata=member("JobDescription"))
    role: iam.IRole | None = field(metadata=member("RoleArn", kind=ROLE, render=lambda role, _: role_arn_of(role)))
    role_restrictions: ExecutionRoleRestrictions | None = field(
        metadata=member(kind=PropType(of=ExecutionRoleRestrictions, example="ExecutionRoleRestrictions(...)"))
    )
    input_buckets: Sequence[IBucket] = field(metadata=member(kind=INPUT_BUCKETS))
    image_repositories: Sequence[IRepository] = field(metadata=member(kind=IMAGE_REPOSITORIES))
    job_duration: Duration | None = field(
        metadata=member(
            _IN,
            "JobDurationInSeconds",
            kind=PropType(of=Duration, example="Duration.hours(1)"),
            render=seconds_of,
        )
    )
    traffic_pattern: TrafficPattern | None = field(
        metadata=member(_IN, "TrafficPattern", kind=PropType(of=TrafficPattern, example="TrafficPattern.stairs(...)"))
    )
    max_number_of_tests: jsii.Number | None = field(metadata=member(_IN, "ResourceLimit", "MaxNumberOfTests"))
    max_parallel_of_tests: jsii.Number | None = field(metadata=member(_IN, "ResourceLimit", "MaxParallelOfTests"))
    endpoint_configurations: Sequence[EndpointInputConfiguration] = field(
        metadata=member(
            _IN,
            "EndpointConfigurations",
            kind=PropType(
                of=EndpointInputConfiguration,
                example="[EndpointInputConfiguration.real_time(...)]",
                is_list=True,
                is_required=True,
            ),
        )
    )
    existing_endpoint: str | IEndpointRef | None = field(
        metadata=member(
            _IN,
            "Endpoints",
            kind=ENDPOINT,
            render=lambda endpoint, _: [{"EndpointName": name_of_endpoint(endpoint)}],
            items="unspelled",
        )
    )
    stopping_conditions: StoppingConditions | None = field(
        metadata=member("StoppingConditions", kind=PropType(of=StoppingConditions, example="StoppingConditions(...)"))
    )
    output_encryption_key: IKeyRef | None = field(
        metadata=member(_OUT, "KmsKeyId", kind=KEY, render=lambda key, _: kms_key_id(key))
    )
    compiled_output_s3_uri: str | None = field(metadata=member(_OUT, "CompiledOutputConfig", "S3OutputUri"))
    compiled_output_bucket: IBucket | None = field(metadata=member(kind=BUCKET))
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
    tags: Mapping[str, str] | None = field(
        metadata=member(
            "Tags",
            kind=TAGS,
            render=lambda tags, _: [{"Key": key, "Value": value} for key, value in tags.items()],
            items="by name",
        )
    )
    timeout: Duration | None = field(metadata=member(kind=PropType(of=Duration, example="Duration.hours(2)")))
    poll_interval: Duration | None = field(metadata=member(kind=PropType(of=Duration, example="Duration.seconds(30)")))
    accept_stopped: bool = field(metadata=member(kind=FLAG))
    max_cost: jsii.Number | None = field(metadata=member(kind=PropType(of=(int, float), example="25")))
    rerun_nonce: str | None = field(metadata=member(kind=PropType(of=str, example='"2"')))

    @property
    def inputs(self) -> JobInputs:
        """What the job reads, as far as the props name it."""
        payload = self.model.payload_location if self.model else None
        return JobInputs(self.input_buckets, self.image_repositories, payload)


JOB_PROPS: Final = frozenset(each.name for each in fields(JobProps))
JOB_PROP_TYPES: Final = types_of(JobProps)

_SPELLINGS: Final = spellings_of(JobProps)


def job_property_path(path: Path, request: Mapping[str, object] | None = None) -> str:
    """Translate the path of an API member into props of a job, for example `traffic_pattern.phases[1].duration`.

    Args:
        path: API member names and list positions.
        request: The request that the path leads into, where there is one.
    """
    return property_path(path, request, _SPELLINGS)
