"""`AWS::IAM::Role`, whole: moto drops its managed policies, and updates little more than its description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, ParamValidationError

from inference_recommender_sandbox.cloudformation.providers.api_resource import Parameters, refusal, same
from inference_recommender_sandbox.cloudformation.providers.replacement import needs_replacement
from inference_recommender_sandbox.cloudformation.resource_provider import (
    FailedResourceError,
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)

from .identity_policies import NO_POLICIES, Identity, IdentityPolicies, change_policies, document_text

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.providers.api_resource import ApiClients

_TYPE: Final = "AWS::IAM::Role"
_DEFAULT_SESSION_SECONDS: Final = 3600


class RoleProvider(ResourceProvider):
    """Provisions roles with their path, tags, permissions boundary, inline and managed policies.

    Args:
        clients: Call the sandbox.
    """

    def __init__(self, clients: ApiClients) -> None:
        self._clients = clients

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether the name or the path changed."""
        return needs_replacement(_TYPE, old, new)

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Create the role, then give it its policies."""
        iam = self._clients.of("iam", request.region)
        properties = request.properties
        name = str(properties.get("RoleName") or request.generated_name(max_length=64))
        try:
            role = iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=document_text(properties["AssumeRolePolicyDocument"]),
                MaxSessionDuration=_session_seconds(properties),
                **same(properties, "Path", "PermissionsBoundary", "Description", "Tags"),
            )["Role"]
        except (ClientError, ParamValidationError) as error:
            raise refusal(error) from error
        try:
            change_policies(iam, NO_POLICIES, _policies(name, properties))
        except ClientError as error:
            raise FailedResourceError(str(refusal(error)), physical_id=name) from error
        return ProvisionedResource(physical_id=name, attributes={"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Update the role in place; where IAM refuses something, everything stays as it was."""
        iam, name = self._clients.of("iam", request.region), current.physical_id
        try:
            _change_settings(iam, name, request.old_properties, request.properties)
            change_policies(iam, _policies(name, request.old_properties), _policies(name, request.properties))
        except (ClientError, ParamValidationError) as error:
            _change_settings(iam, name, request.properties, request.old_properties)
            raise refusal(error) from error
        return current

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete the role with the policies that it has of the template; others keep it from being deleted."""
        if not current.physical_id:
            return
        iam, name = self._clients.of("iam", request.region), current.physical_id
        try:
            change_policies(iam, _policies(name, request.properties), NO_POLICIES)
            iam.delete_role(RoleName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise refusal(error) from error


def _policies(name: str, properties: Parameters) -> IdentityPolicies:
    role = Identity("role", name)
    return IdentityPolicies(
        inline={
            (role, str(policy["PolicyName"])): document_text(policy["PolicyDocument"])
            for policy in properties.get("Policies") or ()
        },
        attached=frozenset((role, str(arn)) for arn in properties.get("ManagedPolicyArns") or ()),
    )


def _change_settings(iam: Any, name: str, old: Parameters, new: Parameters) -> None:
    if old["AssumeRolePolicyDocument"] != new["AssumeRolePolicyDocument"]:
        document = document_text(new["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    iam.update_role(
        RoleName=name, Description=str(new.get("Description", "")), MaxSessionDuration=_session_seconds(new)
    )
    boundary = new.get("PermissionsBoundary")
    if boundary:
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    elif old.get("PermissionsBoundary"):
        iam.delete_role_permissions_boundary(RoleName=name)
    tags = {tag["Key"]: tag for tag in new.get("Tags") or ()}
    gone = [tag["Key"] for tag in old.get("Tags") or () if tag["Key"] not in tags]
    if gone:
        iam.untag_role(RoleName=name, TagKeys=gone)
    if tags:
        iam.tag_role(RoleName=name, Tags=list(tags.values()))


def _session_seconds(properties: Parameters) -> int:
    return int(properties.get("MaxSessionDuration") or _DEFAULT_SESSION_SECONDS)
