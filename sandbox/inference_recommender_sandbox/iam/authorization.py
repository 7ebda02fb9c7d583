"""Decides whether a role may make a call, by the policies that the role has in moto's IAM.

Only sessions that were registered are limited: they are what a deployment's functions run as. Any other access key is
taken to be the developer's own and may do everything, as on a laptop with an administrator's credentials.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .authorized_calls import AuthorizedCalls
from .bucket_policies import granting_policies
from .policy_evaluation import (
    Decision,
    PolicyDocument,
    RequestContext,
    applying_statements,
    as_list,
    decide,
    statements,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moto.iam.models import ManagedPolicy

    from .policy_propagation import PolicyPropagation


class AccessDenied(Exception):  # noqa: N818 - the API's own name
    """The session is not authorized for the call; the text is AWS's."""

    def __init__(self, *, principal: str, action: str, resource: str, decision: Decision) -> None:
        self.principal = principal
        self.action = action
        self.resource = resource
        cause = (
            "with an explicit deny in an identity-based policy"
            if decision is Decision.DENIED_EXPLICITLY
            else f"because no identity-based policy allows the {action} action"
        )
        super().__init__(f"User: {principal} is not authorized to perform: {action} on resource: {resource} {cause}")


@dataclass(frozen=True, kw_only=True)
class RoleSession:
    """A role that was assumed, under the name that shows in its ARN."""

    role_name: str
    session_name: str

    def arn(self, *, partition: str, account_id: str) -> str:
        """What AWS calls the caller in its messages."""
        return f"arn:{partition}:sts::{account_id}:assumed-role/{self.role_name}/{self.session_name}"


class Authorizer:
    """The sandbox's gatekeeper: knows which access keys belong to which role. Safe to use from several threads.

    Args:
        propagation: Knows which policies have taken effect; by default all have at once.
    """

    def __init__(self, propagation: PolicyPropagation | None = None) -> None:
        self._propagation = propagation
        self._sessions: dict[str, RoleSession] = {}
        self._calls = AuthorizedCalls()
        self._lock = Lock()

    def register_session(self, access_key_id: str, role_name: str, session_name: str) -> None:
        """Limits an access key to what a role may do.

        Args:
            access_key_id: 20 capital letters and digits, as moto recognises no others in a request's signature.
            role_name: Name of the role, without its path.
            session_name: For a Lambda function, AWS uses the function's name.
        """
        with self._lock:
            self._sessions[access_key_id] = RoleSession(role_name=role_name, session_name=session_name)

    def session(self, access_key_id: str | None) -> RoleSession | None:
        """The session of an access key; None for the developer's own keys."""
        with self._lock:
            return self._sessions.get(access_key_id or "")

    def calls(self) -> list[dict[str, Any]]:
        """Return what sessions called, each combination of role, action, resource and decision once."""
        return self._calls.all()

    def policies_changed(self, account_id: str) -> None:
        """Take note of what roles are allowed now, so that it takes effect in due time."""
        if self._propagation is not None:
            self._propagation.note(account_id, lambda name: role_policies(account_id=account_id, role_name=name))

    def authorize(
        self,
        *,
        account_id: str,
        access_key_id: str | None,
        action: str,
        resource: str,
        context: RequestContext,
        partition: str = "aws",
    ) -> None:
        """Let a call pass, or reject it.

        Args:
            account_id: Twelve digits; the account whose IAM decides.
            access_key_id: Who calls. An access key that isn't registered may do everything.
            action: For example `sagemaker:StopInferenceRecommendationsJob`.
            resource: ARN, or `*` for an action that supports no narrower resource.
            context: Condition keys of the request, for example `iam:PassedToService`.
            partition: The AWS partition, by default `aws`.

        Raises:
            AccessDenied: No policy of the session's role allows it, or one denies it.
        """
        session = self.session(access_key_id)
        if session is None:
            return
        written = role_policies(account_id=account_id, role_name=session.role_name, partition=partition)
        in_effect = written
        if self._propagation is not None:
            in_effect = self._propagation.in_effect(account_id, session.role_name, written)
        full_context = {**caller_context(account_id), **context}
        boundary = permissions_boundary(account_id=account_id, role_name=session.role_name, partition=partition)
        # Within an account it is enough that the resource's own policy allows the call.
        resource_policies = granting_policies(resource, account_id=account_id, role_name=session.role_name)

        def decided(policies: Sequence[PolicyDocument]) -> Decision:
            applied = [*policies, *resource_policies]
            return decide(applied, action=action, resource=resource, context=full_context, boundary=boundary)

        decision = decided(in_effect)
        # Mostly everything is in effect, and the same policies needn't be evaluated twice.
        lasting = decision if in_effect == written else decided(written)
        self._calls.note(
            session.role_name,
            action,
            resource,
            decision,
            granted=lasting is Decision.ALLOWED,
            applying=applying_statements(
                [*in_effect, *resource_policies], action=action, resource=resource, context=full_context
            ),
        )
        if decision is not Decision.ALLOWED:
            principal = session.arn(partition=partition, account_id=account_id)
            raise AccessDenied(principal=principal, action=action, resource=resource, decision=decision)


def caller_context(account_id: str) -> dict[str, str | None]:
    """Return the condition keys of calls that a role makes itself; the sandbox stands for AWS's HTTPS endpoints."""
    return {
        "aws:CalledVia": None,
        "aws:CalledViaFirst": None,
        "aws:CalledViaLast": None,
        "aws:PrincipalAccount": account_id,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "kms:ViaService": None,
    }


def role_policies(*, account_id: str, role_name: str, partition: str = "aws") -> list[PolicyDocument]:
    """Inline and attached policies of a role in moto's IAM; none where the role doesn't exist."""
    with MOTO_LOCK:
        try:
            role = iam_backends[account_id][partition].get_role(role_name)
        except NotFoundException:
            return []
        attached = [_default_document(policy) for policy in role.managed_policies.values()]
        return [_parsed(document) for document in [*role.policies.values(), *attached]]


def permissions_boundary(*, account_id: str, role_name: str, partition: str = "aws") -> PolicyDocument | None:
    """Return the policy that a role's permissions end at; None where it has no boundary.

    A boundary that was deleted allows nothing.
    """
    with MOTO_LOCK:
        iam = iam_backends[account_id][partition]
        try:
            arn = iam.get_role(role_name).permissions_boundary_arn
        except NotFoundException:
            return None
        if not arn:
            return None
        policy = iam.managed_policies.get(arn)
        return _parsed(_default_document(policy)) if policy else {}


def trusts_service(*, account_id: str, role_arn: str, service: str, context: Mapping[str, str]) -> bool:
    """Return whether a role exists in moto's IAM and its trust policy lets a service assume it.

    Args:
        account_id: Twelve digits; the account whose IAM decides.
        role_arn: The role's whole ARN; a wrong path or account is a role that doesn't exist.
        service: For example `sagemaker.amazonaws.com`.
        context: Condition keys of the assumption, for example `aws:SourceAccount`.
    """
    with MOTO_LOCK:
        try:
            role = iam_backends[account_id][role_arn.split(":")[1]].get_role_by_arn(role_arn)
        except NotFoundException:
            return False
        trust = _parsed(role.assume_role_policy_document)
    trusting = [
        {key: value for key, value in statement.items() if key != "Principal"} | {"Resource": "*"}
        for statement in statements(trust)
        if _names_service(statement.get("Principal"), service)
    ]
    decision = decide([{"Statement": trusting}], action="sts:AssumeRole", resource=role_arn, context=context)
    return decision is Decision.ALLOWED


def _default_document(policy: ManagedPolicy) -> Any:
    return next(version.document for version in policy.versions if version.version_id == policy.default_version_id)


def _names_service(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    return isinstance(principal, Mapping) and service in as_list(principal.get("Service", []))


def _parsed(document: str | PolicyDocument) -> PolicyDocument:
    if not isinstance(document, str):
        return document
    parsed: PolicyDocument = json.loads(document)
    return parsed
