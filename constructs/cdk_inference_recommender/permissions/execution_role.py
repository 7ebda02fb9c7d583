"""The default execution role of a recommendation job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.request import request_shape
from cdk_inference_recommender.request.pattern import matches
from cdk_inference_recommender.validation.tokens import as_token, is_unresolved

from .default_role import DefaultRole
from .hosting_statements import network_interfaces_statement, telemetry_statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

_VOLUME_KEY_ACTIONS: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*")
_OUTPUT_KEY_ACTIONS: Final = ("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*")


@dataclass(frozen=True)
class JobInputs:
    """What a job, or an endpoint, reads.

    Attributes:
        buckets: Buckets with the sample payload and the model's artifacts.
        repositories: Repositories with the container images.
        payload: Bucket and key of the sample payload. Default: they aren't known.
    """

    buckets: Sequence[IBucket]
    repositories: Sequence[IRepository]
    payload: tuple[IBucket, str] | None = None

    def grant_to(self, role: iam.IRole) -> list[iam.Grant]:
        """Let a role that is handed in read all of it; one of `role.without_policy_updates()` stays as it is.

        Args:
            role: The role.
        """
        return [
            *(bucket.grant_read(role) for bucket in self.buckets),
            *(repository.grant_pull(role) for repository in self.repositories),
            *([self.payload[0].grant_read(role, self.payload[1])] if self.payload else []),
        ]


def execution_role(
    scope: Construct,
    *,
    model_package_version_arn: str | None,
    inputs: JobInputs,
    volume_encryption_key: IKeyRef | str | None,
    output_encryption_key: IKeyRef | str | None,
    compiled_output_s3_uri: str | None,
    in_vpc: bool,
) -> DefaultRole:
    """Create the role with which SageMaker runs a job.

    AWS documents only `AmazonSageMakerFullAccess` for it, which allows far more and still lacks reads from buckets not
    named after SageMaker, and the keys' grants (developer guide, prerequisites and API permissions).

    Args:
        scope: The job.
        model_package_version_arn: The version that is benchmarked, which the job describes. None for a model.
        inputs: What the role may read.
        volume_encryption_key: Key of the endpoints' volumes.
        output_encryption_key: Key of the artifacts.
        compiled_output_s3_uri: Where Neo's output goes.
        in_vpc: Whether the endpoints have network interfaces in a VPC.
    """
    keys = ((volume_encryption_key, _VOLUME_KEY_ACTIONS), (output_encryption_key, _OUTPUT_KEY_ACTIONS))
    return DefaultRole(
        scope,
        description="Runs a SageMaker Inference Recommender job",
        statements=[
            *_statements(scope, model_package_version_arn),
            *([] if compiled_output_s3_uri is None else [_write_compiled_output(scope, compiled_output_s3_uri)]),
            *([network_interfaces_statement()] if in_vpc else []),
        ],
        input_buckets=inputs.buckets,
        image_repositories=inputs.repositories,
        payload=inputs.payload,
        keys=[(key, actions) for key, actions in keys if key is not None],
        passes_itself=True,
    )


def imported_role(scope: Construct, arn: str | None) -> iam.IRole | None:
    """Return the role that a document names, which gets no policy; None where it names none that can be imported.

    Args:
        scope: The job.
        arn: The document's `RoleArn`.
    """
    # The service model's pattern reports what isn't an ARN.
    pattern = request_shape().members["RoleArn"].metadata["pattern"]
    if arn is None or not (is_unresolved(arn) or matches(arn, pattern)):
        return None
    return iam.Role.from_role_arn(scope, "Role", as_token(arn), mutable=False)


def _statements(scope: Construct, model_package_version_arn: str | None) -> list[iam.PolicyStatement]:
    def arn(resource: str) -> str:
        return Stack.of(scope).format_arn(service="sagemaker", resource=resource, resource_name="*")

    described = (
        [iam.PolicyStatement(actions=["sagemaker:DescribeModelPackage"], resources=[model_package_version_arn])]
        if model_package_version_arn is not None
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
