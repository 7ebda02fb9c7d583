"""The stack of a construct, and its account and Region as far as they are known at synth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from .construct_memo import once
from .tokens import is_unresolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk.interfaces import IEnvironmentAware
    from constructs import IConstruct


def stack_of(scope: IConstruct) -> Stack:
    """Return the stack that a construct is in.

    Raises:
        RuntimeError: It is in none.
    """
    return scope if isinstance(scope, Stack) else once(scope, "stack", lambda: Stack.of(scope))


def account_of(scope: IConstruct) -> str:
    """Return the account of a construct's stack; may be a token."""
    stack = stack_of(scope)
    return once(stack, "account", lambda: stack.account)


def region_of(scope: IConstruct) -> str:
    """Return the Region of a construct's stack; may be a token."""
    stack = stack_of(scope)
    return once(stack, "region", lambda: stack.region)


def partition_of(scope: IConstruct) -> str:
    """Return the partition of a construct's stack; may be a token."""
    stack = stack_of(scope)
    return once(stack, "partition", lambda: stack.partition)


def stack_name_of(scope: IConstruct) -> str:
    """Return the name of a construct's stack; may be a token."""
    stack = stack_of(scope)
    return once(stack, "stack_name", lambda: stack.stack_name)


def stack_id_of(scope: IConstruct) -> str:
    """Return the id of a construct's stack, a token."""
    stack = stack_of(scope)
    return once(stack, "stack_id", lambda: stack.stack_id)


def pseudo_parameters_of(scope: IConstruct) -> Mapping[str, str]:
    """Return the pseudo parameters that texts of a construct's stack may hold: their names by their tokens."""
    tokens = {
        partition_of(scope): "AWS::Partition",
        region_of(scope): "AWS::Region",
        account_of(scope): "AWS::AccountId",
        stack_id_of(scope): "AWS::StackId",
    }
    return {token: name for token, name in tokens.items() if is_unresolved(token)}


def is_elsewhere(one: IConstruct, other: IConstruct) -> bool:
    """Return whether two constructs certainly go to different accounts or Regions.

    Nothing is certain of an environment-agnostic stack.
    """
    return is_another(account_of(one), account_of(other)) or is_another(region_of(one), region_of(other))


def is_beside(one: IEnvironmentAware, other: IEnvironmentAware) -> bool:
    """Return whether two resources are certainly in the same account and Region."""
    return _place_of(one) == _place_of(other)


def _place_of(resource: IEnvironmentAware) -> tuple[str, str]:
    def place() -> tuple[str, str]:
        environment = resource.env
        return environment.account, environment.region

    return once(resource, "place", place)


def is_another(one: str, other: str) -> bool:
    """Return whether two accounts, or two Regions, are known and differ."""
    return one != other and not is_unresolved(one) and not is_unresolved(other)


def environment_of(scope: IConstruct) -> str:
    """Return account and Region in words."""
    account, region = account_of(scope), region_of(scope)
    account = "any account" if is_unresolved(account) else f"account {account}"
    return f"{account}, {'any Region' if is_unresolved(region) else region}"


def deployed_stack(scope: IConstruct) -> Stack:
    """Return the stack that a construct is deployed with: a nested stack is a resource of its parent."""
    stack = stack_of(scope)
    while (parent := parent_stack(stack)) is not None:
        stack = parent
    return stack


def parent_stack(stack: Stack) -> Stack | None:
    """Return the stack that a nested stack is a resource of; None for any other stack."""
    return once(stack, "parent_stack", lambda: stack.nested_stack_parent)
