"""The default execution role of a recommendation job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

from cdk_inference_recommender.cross_stack.token_references import reference_of
from cdk_inference_recommender.request import request_shape
from cdk_inference_recommender.request.pattern import matches
from cdk_inference_recommender.validation.stack_environment import partition_of
from cdk_inference_recommender.validation.tokens import as_token, is_dynamic_reference, is_unresolved

from .default_role import DefaultRole, KeyUse
from .execution_role_restrictions import ExecutionRoleRestrictions
from .granted_statement import GrantedStatement, allow, arn_in_stack
from .handler_grants import is_own_package
from .hosting_statements import telemetry_statements
from .network_permissions import InterfaceNetwork, hosting_network_statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

UNRESTRICTED: Final = ExecutionRoleRestrictions()
_VOLUME_KEY_ACTIONS: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*")
_OUTPUT_KEY_ACTIONS: Final = ("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*")
_BUCKET_KEY_ACTIONS: Final = ("kms:Decrypt", "kms:GenerateDataKey*")


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


@dataclass(frozen=True, kw_only=True)
class CompiledOutput:
    """Where a model is stored that SageMaker Neo compiled.

    Attributes:
        uri: `s3://bucket/prefix`; may be a token.
        bucket: The bucket, which knows its key. Default: it is known by the URI alone.
    """

    uri: str
    bucket: IBucket | None = None

    @property
    def _prefix(self) -> str:
        return self.uri.removeprefix("s3://").rstrip("/")

    def statement(self, scope: Construct) -> GrantedStatement:
        """Return the statement to write compiled models, and to read them for the endpoints that run them.

        Args:
            scope: Any construct of the stack.
        """
        return allow(
            ["s3:GetObject", "s3:PutObject"],
            [f"arn:{partition_of(scope)}:s3:::{self._prefix}/*"],
            reason="Stores models that SageMaker Neo compiled, and reads them for the endpoints that run them.",
            without="The job fails once the model is compiled.",
        )

    def key_uses(self) -> Iterator[KeyUse]:
        """Yield the use of the bucket's key, where the bucket is known and has one."""
        key = self.bucket.encryption_key if self.bucket is not None else None
        if key is not None:
            yield KeyUse(
                key=key,
                actions=_BUCKET_KEY_ACTIONS,
                reason="Encrypts compiled models with the key of their bucket, and decrypts them.",
                without="The job fails once the model is compiled.",
            )

    def grant_to(self, role: iam.IRole) -> list[iam.Grant]:
        """Let a role that is handed in write compiled models and read them, where the bucket is known.

        Args:
            role: The role.
        """
        if self.bucket is None:
            return []
        objects = f"{self._prefix.partition('/')[2]}/*".lstrip("/")
        return [self.bucket.grant_read(role, objects), self.bucket.grant_put(role, objects)]


@dataclass(frozen=True, kw_only=True)
class JobAccess:
    """What a job's default role needs.

    Attributes:
        model_package_version_arn: The version that is benchmarked, which the job describes. None for a model.
        inputs: What the role may read.
        volume_encryption_key: Key of the endpoints' volumes.
        output_encryption_key: Key of the artifacts.
        compiled_output: Where Neo's output goes.
        network: Where the endpoints have network interfaces. None without a VPC.
        existing_endpoint: Name of an endpoint that is compared with; may be a token.
        restrictions: What the role may do less.
    """

    model_package_version_arn: str | None
    inputs: JobInputs
    volume_encryption_key: IKeyRef | str | None
    output_encryption_key: IKeyRef | str | None
    compiled_output: CompiledOutput | None
    network: InterfaceNetwork | None
    existing_endpoint: str | None
    restrictions: ExecutionRoleRestrictions


def execution_role(scope: Construct, access: JobAccess) -> DefaultRole:
    """Create the role with which SageMaker runs a job.

    AWS documents only `AmazonSageMakerFullAccess` for it, which allows far more and still lacks reads from buckets not
    named after SageMaker, and the keys' grants (developer guide, prerequisites and API permissions).

    Args:
        scope: The job.
        access: What the role needs.
    """
    output = access.compiled_output
    return DefaultRole(
        scope,
        description="Runs a SageMaker Inference Recommender job",
        granted=[
            *_statements(scope, access),
            *([] if output is None else [output.statement(scope)]),
        ],
        network=hosting_network_statements(scope, access.network) if access.network is not None else (),
        input_buckets=access.inputs.buckets,
        image_repositories=access.inputs.repositories,
        payload=access.inputs.payload,
        keys=[replace(use, condition=access.restrictions.key_condition(scope)) for use in _key_uses(access)],
        trusted_for=access.restrictions.trust_condition(scope),
        passes_itself=True,
    )


def imported_role(scope: Construct, arn: str | None) -> iam.IRole | None:
    """Return the role that a document names: a construct of the app, or one that is imported by its ARN.

    As `iam.Role.from_role_arn` has it, grants to a role of another account do nothing. They do nothing either where a
    dynamic reference stands for the ARN: the role's name isn't known then.

    Args:
        scope: The job.
        arn: The document's `RoleArn`.

    Returns:
        The role; None where the document names none that can be imported.
    """
    # The service model's pattern reports what isn't an ARN.
    pattern = request_shape().members["RoleArn"].metadata["pattern"]
    if arn is None or not (is_unresolved(arn) or matches(arn, pattern)):
        return None
    reference = reference_of(arn)
    # The role's name can't be read from a token if the role has a path.
    of_app = reference.target.node.scope if reference is not None else None
    if isinstance(of_app, iam.Role):
        return of_app
    return iam.Role.from_role_arn(scope, "Role", as_token(arn), mutable=not is_dynamic_reference(arn))


def _key_uses(access: JobAccess) -> Iterator[KeyUse]:
    if access.volume_encryption_key is not None:
        yield KeyUse(
            key=access.volume_encryption_key,
            actions=_VOLUME_KEY_ACTIONS,
            reason="Encrypts the volumes of the endpoints; grants are created by AWS services only.",
            without="The job fails when it creates its first endpoint.",
        )
    if access.output_encryption_key is not None:
        yield KeyUse(
            key=access.output_encryption_key,
            actions=_OUTPUT_KEY_ACTIONS,
            reason="Encrypts what the job stores in S3.",
            without="The job fails when it stores its results.",
        )
    if access.compiled_output is not None:
        yield from access.compiled_output.key_uses()


def _statements(scope: Construct, access: JobAccess) -> list[GrantedStatement]:
    """Return what the job does with SageMaker.

    The service derives the names of what it creates from the job's; which names is undocumented. Which resource types
    an action takes says the Service Authorization Reference; `CreateEndpoint` is authorized on the configuration, too.
    """
    package = access.model_package_version_arn
    return [
        *([_read_package(scope, package)] if package is not None else []),
        _create(scope, ["model/*"], ["Create", "Describe", "Delete"], "Model"),
        _create(
            scope, ["endpoint-config/*"], ["Create", "Describe", "Delete"], "EndpointConfig", "sagemaker:CreateEndpoint"
        ),
        _create(scope, _endpoints(access), ["Create", "Describe", "Delete"], "Endpoint", "sagemaker:InvokeEndpoint"),
        _create(scope, ["compilation-job/*"], ["Create", "Describe", "Stop"], "CompilationJob"),
        *telemetry_statements(scope),
    ]


def _read_package(scope: Construct, package: str) -> GrantedStatement:
    # As for the handler: on another account's package, the creation of a model is authorized, too.
    creating = [] if is_own_package(scope, package) else ["sagemaker:CreateModel"]
    return allow(
        ["sagemaker:DescribeModelPackage", *creating],
        [package],
        reason="Reads the model package that is benchmarked.",
        without="The job fails before its first benchmark.",
    )


_REASONS: Final = {
    "Model": ("Creates the models that are benchmarked.", "The job fails before its first benchmark."),
    "EndpointConfig": ("Creates the configurations of the endpoints.", "The job fails before its first benchmark."),
    "Endpoint": ("Creates the endpoints, sends them the sample payload, and deletes them.", "No benchmark runs."),
    "CompilationJob": ("Compiles the model with SageMaker Neo.", "A job that compiles its model fails."),
}


def _create(
    scope: Construct, resources: Sequence[str], verbs: Sequence[str], resource: str, *others: str
) -> GrantedStatement:
    reason, without = _REASONS[resource]
    return allow(
        [*(f"sagemaker:{verb}{resource}" for verb in verbs), *others, "sagemaker:AddTags"],
        [arn_in_stack(scope, "sagemaker", each) for each in resources],
        reason=reason,
        without=without,
    )


def _endpoints(access: JobAccess) -> list[str]:
    prefix, existing = access.restrictions.endpoint_name_prefix, access.existing_endpoint
    if prefix is None:
        return ["endpoint/*"]
    # SageMaker writes names in ARNs in lower case.
    names = [] if existing is None else [existing if is_unresolved(existing) else existing.lower()]
    return [f"endpoint/{prefix}*", *(f"endpoint/{name}" for name in names)]
