"""A policy statement together with the reason for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from cdk_inference_recommender.validation.stack_environment import account_of, partition_of, region_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class GrantedStatement:
    """A policy statement, why a role has it, and what fails without it.

    `docs/iam.md` is generated from these.

    Attributes:
        document: The statement as it stands in a policy.
        reason: What the role does with it. A sentence.
        without: What fails if the statement is removed. A sentence.
    """

    document: Mapping[str, Any]
    reason: str
    without: str

    @cached_property
    def statement(self) -> iam.PolicyStatement:
        """Return the statement as the CDK has it, which is a call into its JavaScript."""
        return iam.PolicyStatement.from_json(self.document)


def allow(
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Mapping[str, Mapping[str, object]] | None = None,
    *,
    reason: str,
    without: str,
) -> GrantedStatement:
    """Return a statement that allows actions.

    Args:
        actions: IAM actions.
        resources: ARNs, or patterns.
        conditions: By operator and key. Default: none.
        reason: What the role does with it.
        without: What fails without it.
    """
    return GrantedStatement(document=statement_document(actions, resources, conditions), reason=reason, without=without)


def statement_document(
    actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, object]] | None = None
) -> dict[str, Any]:
    """Return a statement that allows actions, as `PolicyStatement.to_statement_json` writes it.

    Args:
        actions: IAM actions.
        resources: ARNs, or patterns.
        conditions: By operator and key. Default: none.
    """
    written = {"Effect": "Allow", "Action": _one_or_all(actions), "Resource": _one_or_all(resources)}
    return {**written, "Condition": conditions} if conditions else written


def _one_or_all(values: Sequence[str]) -> Any:
    unique = list(dict.fromkeys(values))
    return unique[0] if len(unique) == 1 else unique


def policy_of(granted: Iterable[GrantedStatement]) -> iam.PolicyDocument:
    """Return a policy with the statements."""
    return iam.PolicyDocument.from_json({"Statement": [each.document for each in granted]})


def arn_in_stack(scope: Construct, service: str, resource: str, *, region: str | None = None) -> str:
    """Return an ARN in the stack's account and Region.

    Args:
        scope: Any construct of the stack.
        service: Namespace of the service.
        resource: Everything after the account, as it stands in the ARN.
        region: Region. Default: the stack's.
    """
    region = region_of(scope) if region is None else region
    return f"arn:{partition_of(scope)}:{service}:{region}:{account_of(scope)}:{resource}"
