"""Which permissions a caller needs for an operation, and on which resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .execution_role import SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_JOB_NAME_MEMBERS: Final[Mapping[str, str]] = {
    "CreateInferenceRecommendationsJob": "JobName",
    "DescribeInferenceRecommendationsJob": "JobName",
    "StopInferenceRecommendationsJob": "JobName",
    "GetScalingConfigurationRecommendation": "InferenceRecommendationsJobName",
}
_OTHER_RESOURCES: Final[Mapping[str, tuple[str, str]]] = {
    f"{verb}{noun}": (resource, f"{noun}Name")
    for verb in ("Create", "Describe", "Delete", "Update")
    for noun, resource in (("Model", "model"), ("EndpointConfig", "endpoint-config"), ("Endpoint", "endpoint"))
} | {"UpdateEndpointWeightsAndCapacities": ("endpoint", "EndpointName")}
_TAG_OPERATIONS: Final = frozenset({"AddTags", "ListTags", "DeleteTags"})


@dataclass(frozen=True, kw_only=True)
class NeededPermission:
    """One action on one resource."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def needed_permissions(
    operation: str, request: Mapping[str, Any], *, partition: str, region: str, account_id: str
) -> Iterator[NeededPermission]:
    """What a caller must be allowed for one call.

    The two List operations on jobs and on steps, and whatever isn't listed here, support no resource but `*`.
    """
    prefix = f"arn:{partition}:sagemaker:{region}:{account_id}"
    if operation in _TAG_OPERATIONS:
        resource = str(request.get("ResourceArn"))
    elif operation in _JOB_NAME_MEMBERS:
        resource = f"{prefix}:inference-recommendations-job/{request.get(_JOB_NAME_MEMBERS[operation])}"
    elif operation in _OTHER_RESOURCES:
        kind, member = _OTHER_RESOURCES[operation]
        resource = f"{prefix}:{kind}/{str(request.get(member)).lower()}"
    elif operation == "DescribeModelPackage":
        name = str(request.get("ModelPackageName"))
        resource = name if name.startswith("arn:") else f"{prefix}:model-package/{name.lower()}"
    else:
        resource = "*"
    yield NeededPermission(action=f"sagemaker:{operation}", resource=resource)
    if operation.startswith("Create") and request.get("Tags"):
        yield NeededPermission(action="sagemaker:AddTags", resource=resource)
    role_arn = request.get("RoleArn" if operation in _JOB_NAME_MEMBERS else "ExecutionRoleArn")
    if operation.startswith("Create") and role_arn:
        yield NeededPermission(action="iam:PassRole", resource=str(role_arn), context={"iam:PassedToService": SERVICE})
