"""The execution role of a job: the one that is handed in, or a default one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk_inference_recommender.permissions.execution_role import (
    UNRESTRICTED,
    CompiledOutput,
    JobAccess,
    execution_role,
    imported_role,
)
from cdk_inference_recommender.permissions.network_permissions import InterfaceNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

    from cdk_inference_recommender.job.props.job_props import JobProps
    from cdk_inference_recommender.model.network import JobNetwork

    from .job_request import JobRequest


@dataclass(frozen=True, kw_only=True)
class JobRole:
    """A job's role.

    Attributes:
        role: The role.
        is_given: Whether it is handed in, as a prop or in a document.
        granted: What a role that is handed in was granted.
        keys: Keys of volumes and of the output.
        has_compiled_output: Whether the request says where Neo's output goes.
    """

    role: iam.IRole
    is_given: bool
    granted: Sequence[iam.Grant]
    keys: tuple[IKeyRef | str | None, IKeyRef | str | None]
    has_compiled_output: bool


def job_role(job: Construct, props: JobProps, request: JobRequest, network: JobNetwork | None) -> JobRole:
    """Return the role that a job runs with, which is created where none is handed in.

    Args:
        job: The job.
        props: Its props.
        request: The document, with what the props override.
        network: Where its endpoints have network interfaces. None without a VPC.
    """
    volume_key = props.volume_encryption_key or request.text("InputConfig", "VolumeKmsKeyId")
    output_key = props.output_encryption_key or request.text("OutputConfig", "KmsKeyId")
    uri = request.text("OutputConfig", "CompiledOutputConfig", "S3OutputUri")
    output = None if uri is None else CompiledOutput(uri=uri, bucket=props.compiled_output_bucket)
    given = props.role or imported_role(job, request.text("RoleArn"))
    role = given or execution_role(
        job,
        JobAccess(
            model_package_version_arn=request.text("InputConfig", "ModelPackageVersionArn"),
            inputs=props.inputs,
            volume_encryption_key=volume_key,
            output_encryption_key=output_key,
            compiled_output=output,
            network=InterfaceNetwork.of(network),
            existing_endpoint=_existing_endpoint(request),
            restrictions=props.role_restrictions or UNRESTRICTED,
        ),
    )
    return JobRole(
        role=role,
        is_given=given is not None or request.at("RoleArn") is not None,
        granted=[*props.inputs.grant_to(given), *(output.grant_to(given) if output else [])] if given else [],
        keys=(volume_key, output_key),
        has_compiled_output=request.at("OutputConfig", "CompiledOutputConfig", "S3OutputUri") is not None,
    )


def _existing_endpoint(request: JobRequest) -> str | None:
    endpoints = request.at("InputConfig", "Endpoints")
    first = endpoints[0] if isinstance(endpoints, list | tuple) and endpoints else None
    name = first.get("EndpointName") if isinstance(first, Mapping) else None
    return name if isinstance(name, str) else None
