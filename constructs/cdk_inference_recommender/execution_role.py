"""The least that a recommendation job's execution role needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.hosting_statements import network_interfaces_statement, telemetry_statements
from cdk_inference_recommender.kms_key import grant_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_kms import IKey
    from aws_cdk.aws_s3 import IBucket
    from constructs import Construct

    from cdk_inference_recommender.model_source import ModelSource


def execution_role(
    scope: Construct,
    id: str,  # noqa: A002 -- the CDK's name for it
    *,
    model: ModelSource,
    read_from: Sequence[IBucket],
    images: Sequence[IRepository],
    volume_kms_key: IKey | str | None,
    output_kms_key: IKey | str | None,
    compiled_output_s3_uri: str | None,
    in_vpc: bool,
) -> iam.Role:
    """Make the role with which SageMaker runs a job.

    AWS documents only `AmazonSageMakerFullAccess` for it, which allows far more and still lacks reads from buckets not
    named after SageMaker, and the keys' grants (developer guide, prerequisites and API permissions).

    Args:
        scope: Where it is made.
        id: Its id.
        model: What is benchmarked; described by the job.
        read_from: Buckets with the sample payload and the model's artifacts.
        images: Repositories with the container images.
        volume_kms_key: Key of the endpoints' volumes.
        output_kms_key: Key of the artifacts.
        compiled_output_s3_uri: Where Neo's output goes.
        in_vpc: Whether the endpoints have network interfaces in a VPC.
    """
    role = iam.Role(
        scope,
        id,
        assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"),
        description="Runs a SageMaker Inference Recommender job",
    )
    for statement in _statements(scope, model):
        role.add_to_policy(statement)
    role.grant_pass_role(role)
    for bucket in read_from:
        bucket.grant_read(role)
    for repository in images:
        repository.grant_pull(role)
    if volume_kms_key is not None:
        grant_key(
            scope, volume_kms_key, role, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"
        )
    if output_kms_key is not None:
        grant_key(scope, output_kms_key, role, "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*")
    if compiled_output_s3_uri is not None:
        role.add_to_policy(_write_compiled_output(scope, compiled_output_s3_uri))
    if in_vpc:
        role.add_to_policy(network_interfaces_statement())
    return role


def _statements(scope: Construct, model: ModelSource) -> list[iam.PolicyStatement]:
    def arn(resource: str) -> str:
        return Stack.of(scope).format_arn(service="sagemaker", resource=resource, resource_name="*")

    described = (
        [iam.PolicyStatement(actions=["sagemaker:DescribeModelPackage"], resources=[model.model_package_version_arn])]
        if model.model_package_version_arn is not None
        else []
    )
    return [
        *described,
        iam.PolicyStatement(
            # The service derives these resources' names from the job's; which names is undocumented.
            actions=[
                f"sagemaker:{verb}{resource}"
                for resource in ("Model", "EndpointConfig", "Endpoint", "CompilationJob")
                for verb in ("Create", "Describe", "Stop" if resource == "CompilationJob" else "Delete")
            ]
            + ["sagemaker:InvokeEndpoint", "sagemaker:AddTags"],
            resources=[arn("model"), arn("endpoint-config"), arn("endpoint"), arn("compilation-job")],
        ),
        *telemetry_statements(scope),
    ]


def _write_compiled_output(scope: Construct, uri: str) -> iam.PolicyStatement:
    path = uri.removeprefix("s3://").rstrip("/")
    objects = Stack.of(scope).format_arn(service="s3", account="", region="", resource=f"{path}/*")
    return iam.PolicyStatement(actions=["s3:PutObject"], resources=[objects])
