"""Which permissions a caller needs for an operation, on which resource, and with which condition keys.

Source: Service Authorization Reference, Amazon SageMaker: required resource types and condition keys of the actions.
`sagemaker:TaggingAction` is present only in the check of `sagemaker:AddTags` that a tagged creation entails, and is the
name of the creating operation (AWS managed policy AmazonSageMakerHyperPodInferenceAccess: `CreateModel`,
`CreateEndpointConfig`, `CreateEndpoint`). That a job's is `CreateInferenceRecommendationsJob` is inferred from those;
the fault `no-tagging-action` tries the other reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .execution_role import SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inference_recommender_sandbox.iam.policy_evaluation import RequestContext

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
_WITH_CONFIGURATION: Final = frozenset({"CreateEndpoint", "UpdateEndpoint"})
"""Both the endpoint and its configuration are required resources of these."""
_Context: TypeAlias = dict[str, str | Sequence[str] | None]
_WITHOUT_TAGS: Final[RequestContext] = {
    "aws:RequestTag/": None,
    "aws:ResourceTag/": None,
    "aws:TagKeys": None,
    "sagemaker:ResourceTag/": None,
    "sagemaker:TaggingAction": None,
}
"""Keys that a request lacks unless they are added: all that depend on tags are evaluated."""
_TAG_OPERATIONS: Final = frozenset({"AddTags", "ListTags", "DeleteTags"})


@dataclass(frozen=True, kw_only=True)
class NeededPermission:
    """One action on one resource."""

    action: str
    resource: str
    context: RequestContext = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call whose permissions are checked."""

    operation: str
    request: Mapping[str, Any]
    partition: str
    region: str
    account_id: str
    tags_of: Callable[[str], Mapping[str, str]]
    """Returns the tags that a resource shows, by its ARN; none where it doesn't exist."""
    names_tagging_action: bool = True

    @property
    def creates(self) -> bool:
        """Return whether a resource comes to be."""
        return self.operation.startswith("Create")

    @property
    def resource(self) -> str:
        """ARN of what the call is about.

        The two List operations on jobs and on steps, and whatever isn't listed above, support no resource but `*`.
        """
        prefix = f"arn:{self.partition}:sagemaker:{self.region}:{self.account_id}"
        if self.operation in _TAG_OPERATIONS:
            return str(self.request.get("ResourceArn"))
        if self.operation in _JOB_NAME_MEMBERS:
            name = str(self.request.get(_JOB_NAME_MEMBERS[self.operation]))
            return f"{prefix}:inference-recommendations-job/{name.lower()}"
        if self.operation in _OTHER_RESOURCES:
            kind, member = _OTHER_RESOURCES[self.operation]
            return f"{prefix}:{kind}/{str(self.request.get(member)).lower()}"
        if self.operation == "DescribeModelPackage":
            name = str(self.request.get("ModelPackageName"))
            return name if name.startswith("arn:") else f"{prefix}:model-package/{name.lower()}"
        return "*"


def needed_permissions(call: Call) -> Iterator[NeededPermission]:
    """Yield what a caller must be allowed for one call."""
    request, resource = call.request, call.resource
    requested = _request_tags(request)
    for required in _required_resources(call):
        # Of a resource that is about to be created nothing is known; whatever has its name already is another's.
        existing: _Context = {} if call.creates or required == "*" else _resource_tags(call.tags_of(required))
        context = {**_WITHOUT_TAGS, **requested, **existing}
        yield NeededPermission(action=f"sagemaker:{call.operation}", resource=required, context=context)
    if call.creates and request.get("Tags"):
        creating: _Context = {"sagemaker:TaggingAction": call.operation} if call.names_tagging_action else {}
        context = {**_WITHOUT_TAGS, **requested, **creating}
        yield NeededPermission(action="sagemaker:AddTags", resource=resource, context=context)
    role_arn = request.get("RoleArn" if call.operation in _JOB_NAME_MEMBERS else "ExecutionRoleArn")
    if call.creates and role_arn:
        yield NeededPermission(action="iam:PassRole", resource=str(role_arn), context={"iam:PassedToService": SERVICE})


def _required_resources(call: Call) -> Iterator[str]:
    yield call.resource
    configuration = call.request.get("EndpointConfigName")
    if call.operation in _WITH_CONFIGURATION and configuration:
        prefix, _, _ = call.resource.rpartition(":")
        yield f"{prefix}:endpoint-config/{str(configuration).lower()}"
    if call.operation == "CreateModel":
        yield from _packages_elsewhere(call)


def _packages_elsewhere(call: Call) -> Iterator[str]:
    """Yield other accounts' packages, whose own policy has to allow the caller, too (developer guide, model registry).

    The reference has the model as the only resource type of `CreateModel`: a package of this account needs nothing.
    """
    containers = [call.request.get("PrimaryContainer"), *(call.request.get("Containers") or ())]
    for container in containers:
        package = str((container or {}).get("ModelPackageName")) if isinstance(container, dict) else ""
        if package.startswith("arn:") and package.split(":")[4:5] != [call.account_id]:
            yield package


def _request_tags(request: Mapping[str, Any]) -> _Context:
    tags = {
        str(tag.get("Key")): str(tag.get("Value"))
        for tag in request.get("Tags") or []
        if isinstance(tag, dict)  # what is malformed is refused by the validation that follows
    }
    keys = tuple(tags) or tuple(map(str, request.get("TagKeys") or ()))
    context: _Context = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return context | ({"aws:TagKeys": keys} if keys else {})


def _resource_tags(tags: Mapping[str, str]) -> _Context:
    return {f"{owner}:ResourceTag/{key}": value for owner in ("aws", "sagemaker") for key, value in tags.items()}
