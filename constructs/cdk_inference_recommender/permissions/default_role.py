"""Roles that the library creates for SageMaker, with their permissions inline."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aws_cdk import Names
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.cross_stack.token_references import refers_to_resource_of
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.construct_memo import node_of, once
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_environment import account_of, is_beside, region_of, stack_of

from .acknowledged_findings import INLINE_POLICY, INLINE_POLICY_REASON, acknowledge, wildcard_reasons
from .granted_statement import GrantedStatement, arn_in_stack, policy_of
from .handler_permissions import pass_role_statement
from .inline_policy_size import inline_policy_size, inline_policy_size_of, largest_size
from .kms_key import NO_CONDITION, Conditions, grant_key
from .precreated_roles import roles_are_customized
from .role_arn import role_arn_of
from .role_path import stack_role_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces import ResourceEnvironment
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

    from cdk_inference_recommender.request import Problem

_MOST_INLINE: Final = 5_000
"""Characters. A larger policy becomes the role's default policy, which the CDK splits into managed ones."""
_MAX_NAME_LENGTH: Final = 64
_BUCKETS: Final = (
    "Reads the sample payload and the model's artifacts.",
    "The job fails, or the endpoint doesn't start, for lack of what it reads.",
)
_REPOSITORIES: Final = (
    "Pulls the container images. The authorization token supports no narrower resource.",
    "The job fails, or the endpoint doesn't start, for lack of its image.",
)


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """What a role does with a key.

    Attributes:
        key: A key, or text in one of the API's four forms.
        actions: The actions; `kms:CreateGrant` is allowed to AWS services only.
        reason: Why the role needs them. A sentence.
        without: What fails without them. A sentence.
        condition: By operator and key. Default: none.
    """

    key: IKeyRef | str
    actions: Sequence[str]
    reason: str
    without: str
    condition: Conditions = field(default_factory=dict)


class DefaultRole(iam.Role):
    """A role that SageMaker assumes; see `InferenceRecommendationsJob.role` and `RecommendedEndpoint.role`.

    It lives under the stack's IAM path, by which one statement lets the handler pass all such roles. The last
    part of the path is unique to the role. Later grants become a separate policy, as for every role.

    Args:
        scope: The job or the endpoint.
        description: The role's.
        granted: What it may do.
        network: What it may do in a VPC.
        input_buckets: Buckets that it may read.
        image_repositories: Repositories that it may pull images from.
        payload: Bucket and key of an object that it may read. Default: none.
        keys: Keys that it uses.
        trusted_for: Conditions under which SageMaker may assume it. Default: none.
        passes_itself: Whether it may be passed to SageMaker by itself.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        description: str,
        granted: Sequence[GrantedStatement],
        network: Sequence[GrantedStatement] = (),
        input_buckets: Sequence[IBucket],
        image_repositories: Sequence[IRepository],
        payload: tuple[IBucket, str] | None = None,
        keys: Sequence[KeyUse] = (),
        trusted_for: Conditions = NO_CONDITION,
        passes_itself: bool = False,
    ) -> None:
        self.stack_path: Final = stack_role_path(scope)
        self.own_path: Final = f"{self.stack_path}{Names.unique_resource_name(scope, max_length=_MAX_NAME_LENGTH)}/"
        self.is_customized: Final = roles_are_customized(scope)
        self.passes_itself: Final = passes_itself
        super().__init__(
            scope,
            "Role",
            assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com", conditions=trusted_for or None),
            description=description,
            path=self.own_path,
        )
        once(self, "stack", lambda: stack_of(scope))
        self._resource: Final = node_of(self).default_child
        collected = _Collector(self)
        with collected.because(*_BUCKETS):
            for bucket in input_buckets:
                bucket.grant_read(collected.principal_for(bucket))
            if payload is not None:
                payload[0].grant_read(collected.principal_for(payload[0]), payload[1])
        with collected.because(*_REPOSITORIES):
            for repository in image_repositories:
                repository.grant_pull(collected.principal_for(repository))
        for use in keys:
            with collected.because(use.reason, use.without):
                grant_key(scope, use.key, collected, *use.actions, condition=use.condition)
        own = [*granted, *([self._pass_itself()] if passes_itself else []), *collected.granted()]
        self.granted: Final = (*own, *network)
        self._write(own, network)
        report_problems(self, self._problems)

    @property
    def was_moved(self) -> bool:
        """Return whether the template has another path for the role than the library set."""
        resource = self._resource
        return isinstance(resource, iam.CfnRole) and resource.path != self.own_path

    def _problems(self) -> Iterator[Problem]:
        if node_of(self).try_find_child("DefaultPolicy") is not None:
            yield from checks.check_default_role_policies(inline_policy_size_of(self, within=self))

    def _pass_itself(self) -> GrantedStatement:
        # An inline policy can't refer to its own role.
        return pass_role_statement(
            self.role_arn if self.is_customized else arn_in_stack(self, "iam", f"role{self.own_path}*", region=""),
            reason="Passes itself to the models and compilation jobs that the job creates.",
            without="The job fails when it creates its first model.",
        )

    def _write(self, granted: Sequence[GrantedStatement], network: Sequence[GrantedStatement]) -> None:
        stack, resource = stack_of(self), self._resource
        everything = [*granted, *network]
        # A key or a repository may name the role in a policy of its own, and the role can't wait for it, too. Subnets
        # and security groups name no role.
        others = [each for each in granted if refers_to_resource_of(stack, json.dumps(each.document))]
        inline = [*network, *(each for each in granted if each not in others)]
        policy = policy_of(inline)
        if (
            not self.is_customized
            and isinstance(resource, iam.CfnRole)
            and resource.policies is None
            and (largest_size(self, inline) <= _MOST_INLINE or inline_policy_size(stack, policy) <= _MOST_INLINE)
        ):
            resource.policies = [iam.CfnRole.PolicyProperty(policy_name="InferenceRecommender", policy_document=policy)]
        else:
            others = everything
        for each in others:
            self.add_to_principal_policy(each.statement)
        acknowledge(self, wildcard_reasons(self, everything) | dict.fromkeys(INLINE_POLICY, INLINE_POLICY_REASON))


class _Collector(iam.ArnPrincipal):
    """Principal that stands for a role and collects what is granted to it."""

    def __init__(self, role: iam.Role) -> None:
        # Of the CDK's own class, so that it is one object in JavaScript, and only what is overridden calls Python.
        super().__init__(role_arn_of(role))
        # As the CDK has it for a role that it creates.
        once(self, "place", lambda: (account_of(role), region_of(role)))
        self._role = role
        self._why = ("", "")
        self._collected: Final[list[tuple[iam.PolicyStatement, tuple[str, str]]]] = []

    def granted(self) -> list[GrantedStatement]:
        """Return what was granted; a condition may be added to a statement until then."""
        return [
            GrantedStatement(document=statement.to_statement_json(), reason=reason, without=without)
            for statement, (reason, without) in self._collected
        ]

    @contextmanager
    def because(self, reason: str, without: str) -> Iterator[None]:
        """Give the reason for what is granted within the block, and what fails without it."""
        self._why = reason, without
        yield

    @property
    def env(self) -> ResourceEnvironment:
        """The role's account and Region."""
        return self._role.env

    def principal_for(self, resource: IBucket | IRepository) -> iam.IGrantable:
        """Return the grantee: the role itself if the CDK needs it for the resource's own policy."""
        return self if is_beside(self, resource) else self._role

    @property
    def principal_account(self) -> str:
        return account_of(self._role)

    def add_to_principal_policy(self, statement: iam.PolicyStatement) -> iam.AddToPrincipalPolicyResult:
        self._collected.append((statement, self._why))
        return iam.AddToPrincipalPolicyResult(statement_added=True, policy_dependable=self._role)
