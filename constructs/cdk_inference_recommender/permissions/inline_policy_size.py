"""Size of the policies that are inline in a role, as IAM counts it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import aws_iam as iam

from cdk_inference_recommender.cross_stack.token_references import TOKEN
from cdk_inference_recommender.validation.construct_memo import node_of
from cdk_inference_recommender.validation.stack_environment import (
    pseudo_parameters_of,
    region_of,
    stack_name_of,
    stack_of,
)

from .role_arn import role_name_of

if TYPE_CHECKING:
    from aws_cdk import Stack
    from constructs import IConstruct

    from .granted_statement import GrantedStatement

MAX_INLINE_POLICY_SIZE: Final = 10_240
"""Characters of all inline policies of a role, whitespace not counted (IAM user guide, IAM and AWS STS quotas)."""

_UNKNOWN: Final = 143
"""Characters of a reference: the ARN of a state machine with the longest name, which is the longest ARN in these
policies but for a role with a path of its own."""
_ROLE_ARN: Final = len(f"arn:aws-us-gov:iam::{'1' * 12}:role/") + 64
"""Characters of the ARN of a role without a path: a role's name has at most 64 (IAM and AWS STS quotas)."""
_MAX_STACK_NAME: Final = 128
_MAX_REGION: Final = len("ap-southeast-1")
_ACCOUNT: Final = "1" * 12
_PARTITION: Final = "aws-us-gov"
_WHITESPACE: Final = re.compile(r"\s")
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, kw_only=True)
class WrittenPolicy:
    """A policy that the library has written for a role.

    Attributes:
        granted: What it allows.
        construct: Its construct. Default: it is a part of the role.
    """

    granted: Sequence[GrantedStatement]
    construct: IConstruct | None = None


def inline_policy_size_of(role: iam.IRole, *, within: IConstruct, written: Sequence[WrittenPolicy] = ()) -> int:
    """Return how many characters all inline policies of a role have at most; 0 for a role that is made elsewhere.

    Args:
        role: The role.
        within: Where policies are looked for, besides the role's own.
        written: All policies of the library's own that the role has. Where nothing else is attached to the role and
            these are small enough for certain, they aren't resolved. Default: each policy is resolved.
    """
    if written:
        most = sum(largest_size(within, policy.granted) for policy in written)
        if most <= MAX_INLINE_POLICY_SIZE and not _attached(role, within, besides=written):
            return most
    stack, resource = stack_of(role), node_of(role).default_child
    if not isinstance(resource, iam.CfnRole):
        return 0
    own: Any = stack.resolve(resource.policies) or []
    attached = (
        policy.policy_document
        for policy in _attached(role, within)
        if policy._should_synthesize()  # noqa: SLF001 -- CDK: for subclasses
    )
    documents = (*(policy["policyDocument"] for policy in own), *attached)
    known = _Known(stack)
    return sum(_size(stack.resolve(document), known) for document in documents)


def _attached(role: iam.IRole, within: IConstruct, *, besides: Sequence[WrittenPolicy] = ()) -> list[iam.CfnPolicy]:
    """Return the policies that a role has, but for some."""
    known = {id(policy.construct) for policy in besides}
    policies = []
    is_known = False
    for construct in node_of(within).find_all():
        # The resource of a policy follows it.
        if isinstance(construct, iam.CfnPolicy) and not is_known and id(construct) not in known:
            policies.append(construct)
        is_known = id(construct) in known
    if not policies:
        return []
    # In one call. A policy of users or groups resolves to no roles at all.
    roles = {str(number): policy.roles for number, policy in enumerate(policies)}
    resolved = stack_of(role).resolve({"name": role_name_of(role), "roles": roles})
    return [
        policy for number, policy in enumerate(policies) if resolved["name"] in resolved["roles"].get(str(number), [])
    ]


def largest_size(scope: IConstruct, granted: Sequence[GrantedStatement]) -> int:
    """Return how many characters a policy has at most, without a call of the CDK.

    Args:
        scope: Any construct of the stack whose template the policy is in.
        granted: What it allows.
    """
    document = {"Version": "2012-10-17", "Statement": [each.document for each in granted]}
    text = json.dumps(document, separators=(",", ":"))
    values = _pseudo_parameters(region_of(scope), stack_name_of(scope))
    for token, name in pseudo_parameters_of(scope).items():
        text = text.replace(token, values[name])
    return len(_WHITESPACE.sub("", TOKEN.sub("x" * _UNKNOWN, text)))


def inline_policy_size(stack: Stack, document: object) -> int:
    """Return the maximum size of a policy in characters, once CloudFormation has resolved it.

    Args:
        stack: Whose template it is in.
        document: The policy.

    Returns:
        Characters without whitespace. What a reference stands for is estimated.
    """
    return _size(stack.resolve(document), _Known(stack))


def _size(resolved: Any, known: _Known) -> int:
    return len(_WHITESPACE.sub("", json.dumps(_filled(resolved, known), separators=(",", ":"))))


class _Known:
    """The estimated lengths of a stack's references.

    Args:
        stack: The stack. It is searched for roles only where a policy refers to a resource.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    @cached_property
    def _pseudo_parameters(self) -> Mapping[str, str]:
        return _pseudo_parameters(region_of(self._stack), stack_name_of(self._stack))

    @cached_property
    def _roles_without_path(self) -> set[str]:
        elements = node_of(self._stack).find_all()
        roles = [element for element in elements if isinstance(element, iam.CfnRole) and not element.path]
        return {self._stack.get_logical_id(role) for role in roles if stack_of(role) is self._stack}

    def text_of(self, name: str) -> str:
        """Return what a reference to a parameter or a resource stands for."""
        pseudo_parameter = self._pseudo_parameters.get(name)
        if pseudo_parameter is not None:
            return pseudo_parameter
        return "x" * (_ROLE_ARN if name in self._roles_without_path else _UNKNOWN)


def _pseudo_parameters(region: str, stack_name: str) -> dict[str, str]:
    region = "r" * _MAX_REGION if "${" in region else region
    stack_name = "s" * _MAX_STACK_NAME if "${" in stack_name else stack_name
    return {
        "AWS::Partition": _PARTITION,
        "AWS::Region": region,
        "AWS::AccountId": _ACCOUNT,
        "AWS::StackName": stack_name,
        "AWS::StackId": f"arn:{_PARTITION}:cloudformation:{region}:{_ACCOUNT}:stack/{stack_name}/{'u' * 36}",
        "AWS::URLSuffix": "amazonaws.com.cn",
        "AWS::NoValue": "",
    }


def _filled(value: Any, known: _Known) -> Any:
    """Return the value with text of the estimated length in place of each of CloudFormation's functions."""
    filled: Any = value
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "Arn"]} if len(value) == 1:
            filled = known.text_of(name)
        case {"Fn::Join": [str(separator), list(parts)]}:
            filled = separator.join(_text(_filled(part, known)) for part in parts)
        case {"Fn::If": [_, first, second]}:
            filled = max((_filled(first, known), _filled(second, known)), key=lambda branch: len(_text(branch)))
        case {"Fn::Sub": str(text) | [str(text), _]}:
            filled = _VARIABLE.sub(lambda variable: known.text_of(variable[1]), text)
        case Mapping() if len(value) == 1 and next(iter(value)).startswith("Fn::"):
            filled = "x" * _UNKNOWN
        case Mapping():
            filled = {key: _filled(member, known) for key, member in value.items()}
        case Sequence() if not isinstance(value, str):
            filled = [_filled(member, known) for member in value]
    return filled


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
