"""A policy statement together with the reason for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class GrantedStatement:
    """A policy statement, why a role has it, and what fails without it.

    `docs/iam.md` is generated from these.

    Attributes:
        statement: The statement.
        reason: What the role does with it. A sentence.
        without: What fails if the statement is removed. A sentence.
    """

    statement: iam.PolicyStatement
    reason: str
    without: str


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
    statement = iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
    return GrantedStatement(statement=statement, reason=reason, without=without)


def statements_of(granted: Iterable[GrantedStatement]) -> list[iam.PolicyStatement]:
    """Return the statements alone."""
    return [each.statement for each in granted]


def arn_in_stack(scope: Construct, service: str, resource: str, *, region: str | None = None) -> str:
    """Return an ARN in the stack's account and Region.

    Args:
        scope: Any construct of the stack.
        service: Namespace of the service.
        resource: Everything after the account, as it stands in the ARN.
        region: Region. Default: the stack's.
    """
    return Stack.of(scope).format_arn(
        service=service, resource=resource, region=region, arn_format=ArnFormat.NO_RESOURCE_NAME
    )
