"""KMS keys as the service takes them: a key, or its id, ARN, alias or alias ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.tokens import is_unresolved

if TYPE_CHECKING:
    from aws_cdk.aws_kms import IKey
    from constructs import Construct


def kms_key_id(key: IKey | str | None) -> str | None:
    """What the API is told.

    Args:
        key: A key, or text in one of the API's four forms.
    """
    return key if key is None or isinstance(key, str) else key.key_arn


def grant_key(scope: Construct, key: IKey | str, role: iam.Role, *actions: str) -> None:
    """Let a role use a key; a key construct also gets what its own policy needs.

    Args:
        scope: Any construct of the stack.
        key: A key, or text in one of the API's four forms.
        role: Who may use it.
        *actions: For what.
    """
    if isinstance(key, str):
        role.add_to_policy(key_statement(scope, key, *actions))
    else:
        key.grant(role, *actions)


def key_statement(scope: Construct, key: IKey | str, *actions: str) -> iam.PolicyStatement:
    """A statement that allows actions on a key, and on no other where the key is known by an alias only.

    Args:
        scope: Any construct of the stack.
        key: A key, or text in one of the API's four forms.
        *actions: What is allowed.
    """
    if not isinstance(key, str):
        return iam.PolicyStatement(actions=list(actions), resources=[key.key_arn])
    stack = Stack.of(scope)
    alias = key.partition("alias/")[2]
    if alias and not is_unresolved(key):
        # Policies know keys by ARN; an alias only as a condition (KMS developer guide, aliases in IAM policies).
        keys = f"{key.partition('alias/')[0]}key/*" if key.startswith("arn:") else _key_arn(stack, "*")
        return iam.PolicyStatement(
            actions=list(actions),
            resources=[keys],
            conditions={"ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{alias}"}},
        )
    is_arn = is_unresolved(key) or key.startswith("arn:")
    return iam.PolicyStatement(actions=list(actions), resources=[key if is_arn else _key_arn(stack, key)])


def _key_arn(stack: Stack, key_id: str) -> str:
    return stack.format_arn(service="kms", resource="key", resource_name=key_id)
