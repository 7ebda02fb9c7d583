"""What a job needs of its execution role, and of what it names.

Whether SageMaker may assume the role is known when the job is created, and refused there. What the role's policies
lack shows only while the job runs: the service starts it, and it fails. So it is with a payload that isn't there
(developer guide, Troubleshoot Inference Recommender errors). Artifacts, images, keys and the output's bucket are used
by the job in the same way, so that they are taken to fail it, too; all is looked up when the job is created.

The permissions are the least that the service was inferred to need (AWS documents only the managed policy
`AmazonSageMakerFullAccess`, which lacks some of them). Only identity-based policies are looked at: a permission that a
bucket's or a key's own policy grants isn't seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.iam.authorization import (
    AccessDenied,
    RoleSession,
    caller_context,
    permissions_boundary,
    role_policies,
    trusts_service,
)
from inference_recommender_sandbox.iam.policy_evaluation import Decision, decide

from .named_resources import ImageLocation, NamedResources, S3Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SERVICE: Final = "sagemaker.amazonaws.com"
_NETWORK_INTERFACE: Final = "network-interface/eni-0123456789abcdef0"
_CREATE_MODEL: Final = "An error occurred (ValidationException) when calling the CreateModel operation:"


@dataclass(frozen=True, kw_only=True)
class RoleNeeds:
    """What a job is going to do with its role."""

    partition: str
    region: str
    account_id: str
    role_arn: str
    job_name: str
    request: Mapping[str, Any]
    payload_url: str | None = None
    """The request's, or else the model package's."""
    artifact_urls: Sequence[str] = field(default_factory=tuple)
    """Of the model package's containers."""
    images: Sequence[str] = field(default_factory=tuple)
    """Of the model package's containers; those of other accounts are AWS's own and need nothing here."""
    model_package_arn: str | None = None


def can_be_assumed(*, account_id: str, role_arn: str, source_arn: str | None = None) -> bool:
    """Return whether the role exists and its trust policy names SageMaker.

    Args:
        account_id: Twelve digits; the account whose IAM decides.
        role_arn: The role's whole ARN.
        source_arn: What SageMaker assumes the role for. Default: AWS documents none for it, so that a trust policy that
            depends on it doesn't apply.
    """
    source = {} if source_arn is None else {"aws:SourceArn": source_arn}
    return trusts_service(
        account_id=account_id, role_arn=role_arn, service=SERVICE, context={"aws:SourceAccount": account_id, **source}
    )


def first_missing_permission(needs: RoleNeeds) -> str | None:
    """Why a job with this role fails, in IAM's words; None if the role has all that is needed."""
    role_name = needs.role_arn.rsplit("/", 1)[-1]
    policies = role_policies(account_id=needs.account_id, role_name=role_name, partition=needs.partition)
    boundary = permissions_boundary(account_id=needs.account_id, role_name=role_name, partition=needs.partition)
    session = RoleSession(role_name=role_name, session_name="SageMaker")
    principal = session.arn(partition=needs.partition, account_id=needs.account_id)
    vpc_arn = _vpc_arn(needs)
    called = ((action, resource, _condition_keys(action, resource, vpc_arn)) for action, resource in _needed(needs))
    for action, resource, keys in (*called, *_encrypting(needs)):
        context = {**caller_context(needs.account_id), **keys}
        decision = decide(policies, action=action, resource=resource, context=context, boundary=boundary)
        if decision is not Decision.ALLOWED:
            return str(AccessDenied(principal=principal, action=action, resource=resource, decision=decision))
    return None


def role_may(action: str, resource: str, *, account_id: str, role_arn: str, partition: str) -> bool:
    """Return whether a role's own policies allow SageMaker an action."""
    name = role_arn.rsplit("/", 1)[-1]
    decision = decide(
        role_policies(account_id=account_id, role_name=name, partition=partition),
        action=action,
        resource=resource,
        context=caller_context(account_id),
        boundary=permissions_boundary(account_id=account_id, role_name=name, partition=partition),
    )
    return decision is Decision.ALLOWED


def first_missing_resource(needs: RoleNeeds) -> str | None:
    """Return why a job fails over something that it names; None if all of it is there."""
    return next(_missing_resources(needs), None)


def _missing_resources(needs: RoleNeeds) -> Iterator[str]:
    resources = NamedResources(account_id=needs.account_id, region=needs.region, partition=needs.partition)
    for url in needs.artifact_urls:
        if not resources.has_objects(url):
            yield f"{_CREATE_MODEL} Could not find model data at {url}."
    yield from (f"{_CREATE_MODEL} {problem}" for problem in map(resources.image_problem, needs.images) if problem)
    keys = (
        needs.request["InputConfig"].get("VolumeKmsKeyId"),
        needs.request.get("OutputConfig", {}).get("KmsKeyId"),
    )
    yield from filter(None, (resources.key_problem(key) for key in keys if key))
    output = _output_url(needs)
    if output and not resources.has_bucket(output):
        yield f"The specified bucket does not exist: {output}"
    if needs.payload_url:
        size = resources.object_size(needs.payload_url)
        if not size:
            problem = "there is no object at" if size is None else "the object is empty at"
            yield f"PayloadError: {problem} {needs.payload_url}."


def _needed(needs: RoleNeeds) -> Iterator[tuple[str, str]]:
    yield from _hosting(needs)
    yield from _observing(needs)
    for url in filter(None, [needs.payload_url, *needs.artifact_urls]):
        yield "s3:GetObject", S3Location.of(url).arn(needs.partition)
    for image in needs.images:
        yield from _pulling(needs, image)
    source = needs.request["InputConfig"]
    if source.get("ContainerConfig", {}).get("DataInputConfig"):
        yield from _compiling(needs)
    if source.get("VpcConfig"):
        yield from _networking(needs, source["VpcConfig"])


def _encrypting(needs: RoleNeeds) -> Iterator[tuple[str, str, dict[str, str | None]]]:
    """Yield the uses of keys, with the service that calls KMS for the role (KMS developer guide, `kms:ViaService`).

    S3 calls it for objects that are stored with a key (S3 user guide, SSE-KMS). That SageMaker calls it for volumes is
    inferred from the AWS managed policy AmazonSageMakerJobRuntimeAccess.
    """
    volume_key = needs.request["InputConfig"].get("VolumeKmsKeyId")
    # True where a service that is integrated with KMS calls (KMS developer guide, condition keys).
    grant = {"kms:GrantIsForAWSResource": "true"}
    for action in ("kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey") if volume_key else ():
        keys = grant if action == "kms:CreateGrant" else {}
        yield action, _key_arn(needs, volume_key), {"kms:ViaService": f"sagemaker.{needs.region}.amazonaws.com", **keys}
    output_key = needs.request.get("OutputConfig", {}).get("KmsKeyId")
    if output_key:
        keys = {"kms:ViaService": f"s3.{needs.region}.amazonaws.com"}
        yield "kms:GenerateDataKey", _key_arn(needs, output_key), {**keys}


def _hosting(needs: RoleNeeds) -> Iterator[tuple[str, str]]:
    name = f"sm-epc-{needs.job_name}"[:63]
    for kind, resource in (("Model", "model"), ("EndpointConfig", "endpoint-config"), ("Endpoint", "endpoint")):
        for verb in ("Create", "Describe", "Delete"):
            yield f"sagemaker:{verb}{kind}", _sagemaker_arn(needs, f"{resource}/{name}")
    yield "sagemaker:InvokeEndpoint", _sagemaker_arn(needs, f"endpoint/{name}")
    if needs.model_package_arn:
        yield "sagemaker:DescribeModelPackage", needs.model_package_arn
        if needs.model_package_arn.split(":")[4] != needs.account_id:
            # What a package's own policy has to allow another account (developer guide, model registry).
            yield "sagemaker:CreateModel", needs.model_package_arn
    yield "iam:PassRole", needs.role_arn


def _observing(needs: RoleNeeds) -> Iterator[tuple[str, str]]:
    yield "cloudwatch:PutMetricData", "*"
    group = (
        f"arn:{needs.partition}:logs:{needs.region}:{needs.account_id}:log-group:"
        "/aws/sagemaker/InferenceRecommendationsJobs"
    )
    yield "logs:CreateLogGroup", group
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        yield action, f"{group}:log-stream:{needs.job_name}/execution"


def _pulling(needs: RoleNeeds, image: str) -> Iterator[tuple[str, str]]:
    place = ImageLocation.of(image)
    if place is None or place.account_id != needs.account_id:
        return
    yield "ecr:GetAuthorizationToken", "*"
    repository = f"arn:{needs.partition}:ecr:{place.region}:{place.account_id}:repository/{place.repository}"
    for action in ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"):
        yield action, repository


def _compiling(needs: RoleNeeds) -> Iterator[tuple[str, str]]:
    for verb in ("Create", "Describe", "Stop"):
        yield f"sagemaker:{verb}CompilationJob", _sagemaker_arn(needs, f"compilation-job/{needs.job_name[:40]}")
    output = _output_url(needs)
    if output:
        model = S3Location.of(f"{output.rstrip('/')}/{needs.job_name}/model.tar.gz")
        yield "s3:PutObject", model.arn(needs.partition)
        # The endpoints run what was compiled, which their role has to read (developer guide, CreateModel API).
        yield "s3:GetObject", model.arn(needs.partition)


def _output_url(needs: RoleNeeds) -> str | None:
    output: str | None = needs.request.get("OutputConfig", {}).get("CompiledOutputConfig", {}).get("S3OutputUri")
    return output


def _networking(needs: RoleNeeds, network: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what EC2 authorizes, on its resource types (Service Authorization Reference, Amazon EC2)."""
    for action in ("NetworkInterfaces", "Vpcs", "DhcpOptions", "Subnets", "SecurityGroups"):
        yield f"ec2:Describe{action}", "*"
    interface = _ec2_arn(needs, _NETWORK_INTERFACE)
    yield "ec2:CreateNetworkInterface", interface
    for subnet_id in network.get("Subnets") or ():
        yield "ec2:CreateNetworkInterface", _ec2_arn(needs, f"subnet/{subnet_id}")
    for group_id in network.get("SecurityGroupIds") or ():
        yield "ec2:CreateNetworkInterface", _ec2_arn(needs, f"security-group/{group_id}")
        yield "ec2:ModifyNetworkInterfaceAttribute", _ec2_arn(needs, f"security-group/{group_id}")
    for action in (
        "CreateNetworkInterfacePermission",
        "DeleteNetworkInterface",
        "DeleteNetworkInterfacePermission",
        "ModifyNetworkInterfaceAttribute",
    ):
        yield f"ec2:{action}", interface


def _condition_keys(action: str, resource: str, vpc_arn: str | None) -> dict[str, str | None]:
    """Return the keys of one call besides those that every call has."""
    if action == "iam:PassRole":
        return {"iam:PassedToService": SERVICE}
    if not action.startswith("ec2:") or resource == "*":
        return {}
    # An interface that is about to be created knows no VPC yet.
    is_new = action == "ec2:CreateNetworkInterface" and resource.endswith(_NETWORK_INTERFACE)
    return {"ec2:Vpc": None if is_new else vpc_arn}


def _vpc_arn(needs: RoleNeeds) -> str | None:
    subnets = (needs.request["InputConfig"].get("VpcConfig") or {}).get("Subnets") or ()
    resources = NamedResources(account_id=needs.account_id, region=needs.region, partition=needs.partition)
    vpc_id = resources.vpc_of(subnets[0]) if subnets else None
    return None if vpc_id is None else _ec2_arn(needs, f"vpc/{vpc_id}")


def _ec2_arn(needs: RoleNeeds, resource: str) -> str:
    return f"arn:{needs.partition}:ec2:{needs.region}:{needs.account_id}:{resource}"


def _sagemaker_arn(needs: RoleNeeds, resource: str) -> str:
    return f"arn:{needs.partition}:sagemaker:{needs.region}:{needs.account_id}:{resource}"


def _key_arn(needs: RoleNeeds, key_id: str) -> str:
    if key_id.startswith("arn:"):
        return key_id
    resource = key_id if key_id.startswith("alias/") else f"key/{key_id}"
    return f"arn:{needs.partition}:kms:{needs.region}:{needs.account_id}:{resource}"
