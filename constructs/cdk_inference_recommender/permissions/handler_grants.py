"""Permissions of the handler's role that name users' resources: roles, keys, and other accounts' model packages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aws_cdk import CfnResource
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.cross_stack.token_references import reference_of, spell_references
from cdk_inference_recommender.validation.stack_environment import account_of, region_of, stack_of

from .acknowledged_findings import acknowledge, wildcard_reasons
from .default_role import DefaultRole
from .granted_statement import GrantedStatement, policy_of
from .handler_permissions import model_package_statement, pass_role_statement
from .inline_policy_size import WrittenPolicy
from .kms_key import key_statements
from .moved_role_policy import MovedRolePolicy
from .precreated_roles import roles_are_customized
from .role_arn import role_arn_of
from .role_path import stack_role_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct, IConstruct, IDependable

_HASH_LENGTH: Final = 8
_KEY_REASON: Final = (
    "Lets SageMaker encrypt with a key that is handed in; grants are created by AWS services only "
    "(developer guide, API permissions)."
)


class HandlerGrants:
    """Policies that custom resources depend on, one for each role, key and package, however many jobs share it.

    The function depends on none of them: a role may depend on the result of an earlier job, which the function made.
    And they are separate, so that no job waits for what only another one needs.

    Args:
        scope: Where the policies are created.
        handler_role: The handler's role.
        ready: What each custom resource has to wait for.
        fixed: Policies that the role has in every stack. None of a role that is handed in, which may have others.
    """

    def __init__(
        self,
        scope: Construct,
        handler_role: iam.IRole,
        *,
        ready: Sequence[IDependable],
        fixed: Sequence[WrittenPolicy],
    ) -> None:
        self._scope = scope
        self._handler_role = handler_role
        self._ready = ready
        self._fixed = fixed
        self._stack_path = stack_role_path(scope)
        self._policies: dict[str, tuple[iam.Policy, WrittenPolicy]] = {}
        self._moved: list[MovedRolePolicy] = []
        self._waits: dict[int, tuple[iam.IRole, Sequence[IDependable]]] = {}

    @property
    def granted(self) -> list[GrantedStatement]:
        """What is allowed so far."""
        return [statement for _, policy in self._policies.values() for statement in policy.granted]

    @property
    def written(self) -> list[WrittenPolicy]:
        """All policies of the role so far, also those that the template has only if a role is moved.

        Empty if the role was handed in.
        """
        if not self._fixed:
            return []
        moved = (WrittenPolicy(granted=[policy.granted], construct=policy) for policy in self._moved)
        return [*self._fixed, *(policy for _, policy in self._policies.values()), *moved]

    def pass_role(self, role: iam.IRole) -> Sequence[IDependable]:
        """Allow passing a role to SageMaker.

        Args:
            role: Any role. One that the library created in this stack is covered by its path, as long as it keeps it.

        Returns:
            What a resource has to wait for, the role and what the function needs included.
        """
        if id(role) not in self._waits:
            self._waits[id(role)] = role, self._pass_role(role)
        return self._waits[id(role)][1]

    def _pass_role(self, role: iam.IRole) -> Sequence[IDependable]:
        waits = (role, *self._ready)
        if isinstance(role, DefaultRole) and not role.is_customized and role.stack_path == self._stack_path:
            self._moved.append(MovedRolePolicy(role, passed_by=self._handler_role))
            return (self._moved[-1], *waits)
        passed = pass_role_statement(
            role_arn_of(role),
            reason="Passes a role that is handed in to SageMaker.",
            without="Jobs and models with that role aren't created.",
        )
        policy = self._once("PassRole", passed)
        if roles_are_customized(self._scope):
            # The template has no such policy.
            return (policy, *waits)
        # In turn, so that each of the jobs that share the role has to wait for one resource only.
        policy.node.add_dependency(*waits)
        resource = policy.node.default_child
        return (resource,) if isinstance(resource, iam.CfnPolicy) else (policy, *waits)

    def use_key(self, key: IKeyRef | str) -> IDependable:
        """Allow what SageMaker needs of the caller to encrypt with a key.

        Args:
            key: A key, or text in one of the API's four forms.

        Returns:
            What a resource has to wait for.
        """
        actions = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
        granted = [
            GrantedStatement(document=document, reason=_KEY_REASON, without="A job with that key isn't created.")
            for document in key_statements(self._scope, key, *actions)
        ]
        return self._once("Key", *granted)

    def read_model_package(self, arn: str) -> Sequence[IDependable]:
        """Allow creating models of a model package.

        Args:
            arn: ARN of a version of the package.

        Returns:
            What a resource has to wait for; nothing where the package is the stack's own account's, in its Region.
        """
        if is_own_package(self._scope, arn):
            return ()
        return (self._once("ModelPackage", model_package_statement(arn)),)

    def _once(self, kind: str, *granted: GrantedStatement) -> iam.Policy:
        import hashlib  # noqa: PLC0415 -- it loads OpenSSL, which an app without a job doesn't need

        text = "".join(json.dumps(each.document, sort_keys=True) for each in granted)
        identity = spell_references(stack_of(self._scope), text)
        id = f"{kind}{hashlib.sha256(identity.encode()).hexdigest()[:_HASH_LENGTH].upper()}"  # noqa: A001
        if id not in self._policies:
            policy = attached_policy(self._scope, id, *granted, role=self._handler_role)
            acknowledge(policy, wildcard_reasons(self._scope, granted))
            self._policies[id] = policy, WrittenPolicy(granted=granted, construct=policy)
        return self._policies[id][0]


def attached_policy(
    scope: Construct,
    id: str,  # noqa: A002 -- the CDK's name for it
    *granted: GrantedStatement,
    role: iam.IRole,
) -> iam.Policy:
    """Create a policy of the handler's role.

    Args:
        scope: Where it is created.
        id: Its id.
        *granted: What is allowed.
        role: The handler's role.
    """
    policy = iam.Policy(scope, id, document=policy_of(granted))
    # With `roles=` the policy would be attached before it has its statements, and the CDK's report of what a precreated
    # role needs would lack them.
    role.attach_inline_policy(policy)
    return policy


def is_own_package(scope: Construct, arn: str) -> bool:
    """Return whether a model package is certainly in the stack's account and Region.

    Args:
        scope: Any construct of the stack.
        arn: ARN of a version of the package; may be a token.
    """
    reference = reference_of(arn)
    package = reference.target if reference and _is_model_package(reference.target) else None
    place = [region_of(package), account_of(package)] if package else arn.split(":")[3:5]
    return place == [region_of(scope), account_of(scope)]


def _is_model_package(construct: IConstruct) -> bool:
    return isinstance(construct, CfnResource) and construct.cfn_resource_type == "AWS::SageMaker::ModelPackage"
