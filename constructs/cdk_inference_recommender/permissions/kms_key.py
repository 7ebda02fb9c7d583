"""KMS keys as the service takes them: a key, or its id, ARN, alias or alias ARN."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from cdk_inference_recommender.cross_stack.token_references import TOKEN, reference_of
from cdk_inference_recommender.validation.stack_environment import is_beside, stack_of
from cdk_inference_recommender.validation.tokens import is_unresolved

from .granted_statement import arn_in_stack, statement_document

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from aws_cdk import Stack
    from aws_cdk.interfaces import IEnvironmentAware
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

    class Grantee(iam.IGrantable, IEnvironmentAware, Protocol):
        """A principal whose account and Region are known, such as a role."""


Conditions: TypeAlias = "Mapping[str, Mapping[str, object]]"
"""Conditions of a statement, by operator and key."""
NO_CONDITION: Final[Conditions] = MappingProxyType({})
CREATE_GRANT: Final = "kms:CreateGrant"
_ALIAS: Final = "alias/"
_BY_AWS_SERVICE: Final = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
"""Only a service that is integrated with KMS may create grants for its caller (KMS developer guide, condition keys)."""


def kms_key_id(key: IKeyRef | str | None) -> str | None:
    """Return the key's id for the API.

    Args:
        key: A key, or text in one of the API's four forms.
    """
    return key if key is None or isinstance(key, str) else _arn_of(key)


def grant_key(
    scope: Construct,
    key: IKeyRef | str,
    grantee: Grantee,
    *actions: str,
    condition: Conditions = NO_CONDITION,
) -> None:
    """Grant the use of a key, in the key's own policy too where necessary; one of elsewhere keeps its policy.

    Args:
        scope: Any construct of the stack.
        key: As for `key_statements`.
        grantee: The principal.
        *actions: The actions to allow; `kms:CreateGrant` to AWS services only.
        condition: By operator and key. Default: none.
    """
    # An L2 key knows whether its policy trusts the account's identities.
    grant = None if isinstance(key, str) else getattr(key, "grant", None)
    is_named = isinstance(key, str) or not is_beside(grantee, key) or _alias_of(stack_of(scope), key) is not None
    if is_named or grant is None:
        own_policy = None if is_named or isinstance(key, str) else iam.ResourceWithPolicies.of(key)
        principal = grantee.grant_principal
        for document in key_statements(scope, key, *actions, condition=condition):
            statement = iam.PolicyStatement.from_json(document)
            principal.add_to_principal_policy(statement)
            if own_policy is not None:
                own_policy.add_to_resource_policy(statement.copy(resources=["*"], principals=[principal]))
        return
    for alike, own_condition in _by_condition(actions):
        granted = grant(grantee, *alike)
        in_own = granted.resource_statement
        for statement in (*granted.principal_statements, *([] if in_own is None else [in_own])):
            for operator, values in {**condition, **own_condition}.items():
                statement.add_condition(operator, dict(values))


def key_statements(
    scope: Construct, key: IKeyRef | str, *actions: str, condition: Conditions = NO_CONDITION
) -> list[Mapping[str, object]]:
    """Return statements that allow actions on a key only, also if just an alias of it is known.

    Args:
        scope: Any construct of the stack.
        key: A key, or text in one of the API's four forms; an ARN if it is a token of unknown content.
        *actions: The actions to allow; `kms:CreateGrant` to AWS services only.
        condition: By operator and key. Default: none.
    """
    resource, behind_alias = _resource_of(scope, key)
    return [
        statement_document(alike, [resource], {**behind_alias, **condition, **own_condition})
        for alike, own_condition in _by_condition(actions)
    ]


def _by_condition(actions: Sequence[str]) -> list[tuple[Sequence[str], Conditions]]:
    grants = [action for action in actions if action == CREATE_GRANT]
    others = [action for action in actions if action != CREATE_GRANT]
    return [(alike, condition) for alike, condition in ((grants, _BY_AWS_SERVICE), (others, {})) if alike]


def _resource_of(scope: Construct, key: IKeyRef | str) -> tuple[str, Conditions]:
    """Return the ARN that stands for a key in a policy, and the condition that it takes."""
    stack = stack_of(scope)
    if isinstance(key, str):
        key = _spelled_out(stack, key)
    alias = _alias_of(stack, key)
    if alias is not None:
        # Policies know keys by ARN; an alias only as a condition (KMS developer guide, aliases in IAM policies).
        in_arn = key.partition(_ALIAS)[0] if isinstance(key, str) and key.startswith("arn:") else ""
        keys = f"{in_arn}key/*" if in_arn else arn_in_stack(stack, "kms", "key/*")
        return keys, {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}
    if not isinstance(key, str):
        return _arn_of(key), {}
    is_arn = is_unresolved(key) or key.startswith("arn:")
    return (key if is_arn else arn_in_stack(stack, "kms", f"key/{key}")), {}


def _spelled_out(stack: Stack, key: str) -> str:
    """Return the text with its tokens resolved as far as known: to literals, and to the ARN of a key."""

    def known(token: re.Match[str]) -> str:
        value: object = stack.resolve(token[0])
        return value if isinstance(value, str) else token[0]

    spelled = TOKEN.sub(known, key)
    resource = _referred_to(spelled)
    return resource.attr_arn if isinstance(resource, kms.CfnKey | kms.CfnReplicaKey) else spelled


def _referred_to(text: str) -> object:
    """Return the construct that a text refers to, if the text is a single reference."""
    reference = reference_of(text)
    return reference.target if reference else None


def _alias_of(stack: Stack, key: IKeyRef | str) -> str | None:
    if not isinstance(key, str):
        # An alias construct is a key too (kms.IAlias), but its ARN is none that a policy could allow anything on.
        alias: object = getattr(key, "alias_name", None)
        return alias if isinstance(alias, str) else None
    if key.startswith(_ALIAS) or isinstance(_referred_to(key), kms.CfnAlias) or _begins_as_alias(stack, key):
        return key
    _, separator, name = key.partition(f":{_ALIAS}")
    return f"{_ALIAS}{name}" if separator and key.startswith("arn:") else None


def _begins_as_alias(stack: Stack, token: str) -> bool:
    """Return whether CloudFormation builds a text that begins with `alias/`."""
    match stack.resolve(token):
        case {"Fn::Join": ["", [str(text), *_]]} | {"Fn::Sub": str(text) | [str(text), _]}:
            return text.startswith(_ALIAS)
        case _:
            return False


def _arn_of(key: IKeyRef) -> str:
    # An alias construct says its own ARN there, and its key's in the reference.
    arn: object = getattr(key, "key_arn", None)
    return arn if isinstance(arn, str) else key.key_ref.key_arn
