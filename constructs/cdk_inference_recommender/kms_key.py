"""KMS keys as the service takes them: a key, or its id, ARN, alias or alias ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.tokens import is_unresolved

if TYPE_CHECKING:
    from aws_cdk.aws_kms import IKey
    from constructs import Construct

_ALIAS: Final = "alias/"


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
    if isinstance(key, str) or _alias_of(key) is not None:
        role.add_to_policy(key_statement(scope, key, *actions))
    else:
        key.grant(role, *actions)


def key_statement(scope: Construct, key: IKey | str, *actions: str) -> iam.PolicyStatement:
    """A statement that allows actions on a key, and on no other where the key is known by an alias only.

    Args:
        scope: Any construct of the stack.
        key: A key, or text in one of the API's four forms; as a token, an ARN.
        *actions: What is allowed.
    """
    stack = Stack.of(scope)
    alias = _alias_of(key)
    if alias is not None:
        # Policies know keys by ARN; an alias only as a condition (KMS developer guide, aliases in IAM policies).
        in_arn = key.partition(_ALIAS)[0] if isinstance(key, str) else ""
        keys = f"{in_arn}key/*" if in_arn else _key_arn(stack, "*")
        return iam.PolicyStatement(
            actions=list(actions),
            resources=[keys],
            conditions={"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}},
        )
    if not isinstance(key, str):
        return iam.PolicyStatement(actions=list(actions), resources=[key.key_arn])
    is_arn = is_unresolved(key) or key.startswith("arn:")
    return iam.PolicyStatement(actions=list(actions), resources=[key if is_arn else _key_arn(stack, key)])


def _alias_of(key: IKey | str) -> str | None:
    if isinstance(key, str):
        _, separator, name = key.partition(_ALIAS)
        return f"{separator}{name}" if separator else None
    # An alias construct is a key too (kms.IAlias), but its ARN is none that a policy could allow anything on.
    alias: object = getattr(key, "alias_name", None)
    return alias if isinstance(alias, str) else None


def _key_arn(stack: Stack, key_id: str) -> str:
    return stack.format_arn(service="kms", resource="key", resource_name=key_id)
