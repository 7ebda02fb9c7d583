"""IAM with its quotas, which moto doesn't have.

Sources: IAM user guide, IAM and AWS STS quotas (whitespace isn't counted, and a role's inline policies count together);
API reference, CreateRole (`RoleName`, `Path`). The messages are those that users report: "Maximum policy size of 10240
bytes exceeded for role" (aws-amplify/amplify-cli issue 1699), "Cannot exceed quota for PolicySize", "PoliciesPerRole"
and "ACLSizePerRole". Quotas that can be raised have their default.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from moto.iam import urls as iam_urls
from moto.iam.exceptions import LimitExceededException, NotFoundException, ValidationError
from moto.iam.models import AWSManagedPolicy, IAMBackend, aws_managed_policies_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.iam.models import Group, ManagedPolicy, PolicyVersion, Role, User

MAX_INLINE: Final[Mapping[str, int]] = {"role": 10_240, "user": 2_048, "group": 5_120}
"""Characters of all inline policies of one identity."""
MAX_MANAGED: Final = 6_144
"""Characters of a managed policy."""
MAX_TRUST: Final = 2_048
"""Characters of a role's trust policy, by default."""
MAX_ATTACHED: Final = 10
"""Managed policies that are attached to one identity, by default."""
MAX_ROLE_NAME: Final = 64
MAX_PATH: Final = 512

_TEXT_OR_SPACE: Final = re.compile(r'("(?:\\.|[^"\\])*")|\s+', re.DOTALL)
_PATH: Final = re.compile(r"/([!-~]+/)?")
_ROLE_NAME: Final = re.compile(r"[\w+=,.@-]+", re.ASCII)


class IdentityQuotasBackend(IAMBackend):
    """moto's IAM of one account, which refuses what is beyond a quota, and knows AWS's own managed policies."""

    @property
    def _url_module(self) -> Any:
        return iam_urls

    def create_role(  # noqa: PLR0917 - moto's signature
        self,
        role_name: str,
        assume_role_policy_document: str,
        path: str,
        permissions_boundary: str | None,
        description: str,
        tags: list[dict[str, str]],
        max_session_duration: str | None,
        linked_service: str | None = None,
    ) -> Role:
        """Create a role.

        Raises:
            ValidationError: If the name or the path is malformed.
            LimitExceededException: If the trust policy is too long.
            NotFoundException: If the permissions boundary doesn't exist.
        """
        _check_role_name(role_name)
        _check_path(path or "/")
        _check_trust(assume_role_policy_document)
        self._check_boundary(permissions_boundary)
        return super().create_role(
            role_name,
            assume_role_policy_document,
            path,
            permissions_boundary,
            description,
            tags,
            max_session_duration,
            linked_service,
        )

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        """Update a role's trust policy.

        Raises:
            LimitExceededException: If it is too long.
        """
        _check_trust(policy_document)
        super().update_assume_role_policy(role_name, policy_document)

    def put_role_permissions_boundary(self, role_name: str, permissions_boundary: str) -> None:
        """Set a role's permissions boundary.

        Raises:
            NotFoundException: If it doesn't exist.
        """
        self._check_boundary(permissions_boundary)
        super().put_role_permissions_boundary(role_name, permissions_boundary)

    def put_role_policy(self, role_name: str, policy_name: str, policy_json: str) -> None:
        """Put an inline policy on a role; beyond the quota it is refused with LimitExceededException."""
        _check_inline("role", self.get_role(role_name), policy_name, policy_json)
        super().put_role_policy(role_name, policy_name, policy_json)

    def put_user_policy(self, user_name: str, policy_name: str, policy_json: str) -> None:
        """Put an inline policy on a user; beyond the quota it is refused with LimitExceededException."""
        _check_inline("user", self.get_user(user_name), policy_name, policy_json)
        super().put_user_policy(user_name, policy_name, policy_json)

    def put_group_policy(self, group_name: str, policy_name: str, policy_json: str) -> None:
        """Put an inline policy on a group; beyond the quota it is refused with LimitExceededException."""
        _check_inline("group", self.get_group(group_name), policy_name, policy_json)
        super().put_group_policy(group_name, policy_name, policy_json)

    def create_policy(
        self, description: str, path: str, policy_document: str, policy_name: str, tags: list[dict[str, str]]
    ) -> ManagedPolicy:
        """Create a managed policy.

        Raises:
            LimitExceededException: If it is too long.
        """
        _check_managed(policy_document)
        return super().create_policy(description, path, policy_document, policy_name, tags)

    def create_policy_version(
        self,
        policy_arn: str,
        policy_document: str,
        set_as_default: bool,  # noqa: FBT001 - moto's signature
    ) -> PolicyVersion:
        """Create another version of a managed policy.

        Raises:
            LimitExceededException: If it is too long.
        """
        _check_managed(policy_document)
        return super().create_policy_version(policy_arn, policy_document, set_as_default)

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        """Attach a managed policy to a role; beyond the quota it is refused with LimitExceededException."""
        self._check_attached("Role", self.get_role(role_name), policy_arn)
        super().attach_role_policy(policy_arn, role_name)

    def attach_user_policy(self, policy_arn: str, user_name: str) -> None:
        """Attach a managed policy to a user; beyond the quota it is refused with LimitExceededException."""
        self._check_attached("User", self.get_user(user_name), policy_arn)
        super().attach_user_policy(policy_arn, user_name)

    def attach_group_policy(self, policy_arn: str, group_name: str) -> None:
        """Attach a managed policy to a group; beyond the quota it is refused with LimitExceededException."""
        self._check_attached("Group", self.get_group(group_name), policy_arn)
        super().attach_group_policy(policy_arn, group_name)

    def _check_attached(self, kind: str, identity: Role | User | Group, policy_arn: str) -> None:
        self._load_aws_policy(policy_arn)
        attached = identity.managed_policies
        if policy_arn not in attached and len(attached) >= MAX_ATTACHED:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPer{kind}: {MAX_ATTACHED}")

    def _check_boundary(self, policy_arn: str | None) -> None:
        if not policy_arn:
            return
        self._load_aws_policy(policy_arn)
        if policy_arn not in self.managed_policies and self.policy_arn_regex.match(policy_arn):
            raise NotFoundException(f"Scope ARN: {policy_arn} does not exist or is not attachable.")

    def _load_aws_policy(self, policy_arn: str) -> None:
        """Take one of AWS's managed policies in when it is first used: all of them would delay the start."""
        prefix = f"arn:{self.partition}:iam::aws:policy/"
        name = policy_arn.rsplit("/", 1)[-1]
        if policy_arn in self.managed_policies or not policy_arn.startswith(prefix) or name not in _aws_policies():
            return
        policy = AWSManagedPolicy.from_data(name, self.account_id, self.region_name, _aws_policies()[name])
        self.managed_policies[policy.arn] = policy


def policy_size(document: str) -> int:
    """Return how many bytes of a policy count: all but the whitespace between its elements.

    Whether IAM counts whitespace inside of texts isn't documented; here it counts.
    """
    return len(_TEXT_OR_SPACE.sub(r"\1", document).encode())


def _check_inline(kind: str, identity: Role | User | Group, policy_name: str, document: str) -> None:
    others = sum(policy_size(text) for name, text in identity.policies.items() if name != policy_name)
    if others + policy_size(document) > MAX_INLINE[kind]:
        raise LimitExceededException(
            f"Maximum policy size of {MAX_INLINE[kind]} bytes exceeded for {kind} {identity.name}"
        )


def _check_managed(document: str) -> None:
    if policy_size(document) > MAX_MANAGED:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {MAX_MANAGED}")


def _check_trust(document: str) -> None:
    if policy_size(document) > MAX_TRUST:
        raise LimitExceededException(f"Cannot exceed quota for ACLSizePerRole: {MAX_TRUST}")


def _check_role_name(name: str) -> None:
    if len(name) > MAX_ROLE_NAME:
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: Member must have "
            f"length less than or equal to {MAX_ROLE_NAME}"
        )
    if not _ROLE_NAME.fullmatch(name):
        raise ValidationError(
            "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-"
        )


def _check_path(path: str) -> None:
    if len(path) > MAX_PATH:
        raise ValidationError(
            f"1 validation error detected: Value '{path}' at 'path' failed to satisfy constraint: Member must have "
            f"length less than or equal to {MAX_PATH}"
        )
    if not _PATH.fullmatch(path):
        raise ValidationError(
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
            "characters and/or / characters."
        )


@cache
def _aws_policies() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(aws_managed_policies_data)
    return parsed
