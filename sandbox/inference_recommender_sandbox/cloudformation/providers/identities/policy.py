"""`AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy`: moto forgets what a refused update had, and attaches nothing."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.providers.api_resource import Parameters, refusal, same
from inference_recommender_sandbox.cloudformation.providers.replacement import needs_replacement
from inference_recommender_sandbox.cloudformation.resource_provider import (
    FailedResourceError,
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)

from .identity_policies import (
    NO_POLICIES,
    IdentityPolicies,
    change_policies,
    document_text,
    identities,
    remove_versions,
)

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.providers.api_resource import ApiClients

_MAX_VERSIONS = 5


class _PolicyProvider(ResourceProvider):
    """Provisions policies that name the identities which get them.

    Args:
        clients: Call the sandbox.
    """

    type: str

    def __init__(self, clients: ApiClients) -> None:
        self._clients = clients

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether a property changed that can't be changed in place."""
        return needs_replacement(self.type, old, new)

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Create the policy and give it to its identities."""
        iam = self._clients.of("iam", request.region)
        try:
            provisioned = self._create(iam, request)
        except (ClientError, ParamValidationError) as error:
            raise refusal(error) from error
        try:
            change_policies(iam, NO_POLICIES, self._policies(provisioned.physical_id, request.properties))
        except (ClientError, ParamValidationError) as error:
            raise FailedResourceError(str(refusal(error)), physical_id=provisioned.physical_id) from error
        return provisioned

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Update the policy in place; where IAM refuses something, everything stays as it was."""
        iam = self._clients.of("iam", request.region)
        old, new = (self._policies(current.physical_id, each) for each in (request.old_properties, request.properties))
        try:
            change_policies(iam, old, new)
            self._update(iam, current.physical_id, request.properties, request.old_properties)
        except (ClientError, ParamValidationError) as error:
            change_policies(iam, new, old)
            raise refusal(error) from error
        return current

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Take the policy from its identities and delete it; one that is gone already is no failure."""
        if not current.physical_id:
            return
        iam = self._clients.of("iam", request.region)
        try:
            change_policies(iam, self._policies(current.physical_id, request.properties), NO_POLICIES)
            self._delete(iam, current.physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise refusal(error) from error

    @abstractmethod
    def _create(self, iam: Any, request: ResourceRequest) -> ProvisionedResource: ...

    @abstractmethod
    def _update(self, iam: Any, physical_id: str, new: Parameters, old: Parameters) -> None: ...

    @abstractmethod
    def _delete(self, iam: Any, physical_id: str) -> None: ...

    @abstractmethod
    def _policies(self, physical_id: str, properties: Parameters) -> IdentityPolicies: ...


class InlinePolicyProvider(_PolicyProvider):
    """Provisions inline policies, which exist only on their roles, users and groups."""

    type = "AWS::IAM::Policy"

    def _create(self, iam: Any, request: ResourceRequest) -> ProvisionedResource:
        del iam
        if not identities(request.properties):
            raise ResourceError("At least one of [Groups,Roles,Users] must be non-empty.")
        name = request.generated_name()
        return ProvisionedResource(physical_id=name, attributes={"Id": name})

    def _update(self, iam: Any, physical_id: str, new: Parameters, old: Parameters) -> None:
        pass

    def _delete(self, iam: Any, physical_id: str) -> None:
        pass

    def _policies(self, physical_id: str, properties: Parameters) -> IdentityPolicies:
        del physical_id
        name, document = str(properties["PolicyName"]), document_text(properties["PolicyDocument"])
        return IdentityPolicies(inline={(identity, name): document for identity in identities(properties)})


class ManagedPolicyProvider(_PolicyProvider):
    """Provisions managed policies, and attaches them."""

    type = "AWS::IAM::ManagedPolicy"

    def _create(self, iam: Any, request: ResourceRequest) -> ProvisionedResource:
        properties = request.properties
        arn = iam.create_policy(
            PolicyName=str(properties.get("ManagedPolicyName") or request.generated_name()),
            PolicyDocument=document_text(properties["PolicyDocument"]),
            **same(properties, "Path", "Description"),
        )["Policy"]["Arn"]
        return ProvisionedResource(physical_id=arn, attributes={"PolicyArn": arn})

    def _update(self, iam: Any, physical_id: str, new: Parameters, old: Parameters) -> None:
        if new["PolicyDocument"] == old["PolicyDocument"]:
            return
        remove_versions(iam, physical_id, keep=_MAX_VERSIONS - 1)
        iam.create_policy_version(
            PolicyArn=physical_id, PolicyDocument=document_text(new["PolicyDocument"]), SetAsDefault=True
        )

    def _delete(self, iam: Any, physical_id: str) -> None:
        remove_versions(iam, physical_id, keep=1)
        iam.delete_policy(PolicyArn=physical_id)

    def _policies(self, physical_id: str, properties: Parameters) -> IdentityPolicies:
        return IdentityPolicies(attached=frozenset((identity, physical_id) for identity in identities(properties)))
