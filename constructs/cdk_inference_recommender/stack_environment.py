"""Account and Region that constructs are deployed to, as far as synthesis knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack

from cdk_inference_recommender.tokens import is_unresolved

if TYPE_CHECKING:
    from constructs import IConstruct


def is_elsewhere(one: IConstruct, other: IConstruct) -> bool:
    """Return whether two constructs certainly go to different accounts or Regions.

    Nothing is certain of an environment-agnostic stack.
    """
    here, there = Stack.of(one), Stack.of(other)
    return is_another(here.account, there.account) or is_another(here.region, there.region)


def is_another(one: str, other: str) -> bool:
    """Return whether two accounts, or two Regions, are known and differ."""
    return one != other and not is_unresolved(one) and not is_unresolved(other)


def environment_of(scope: IConstruct) -> str:
    """Return account and Region in words."""
    stack = Stack.of(scope)
    account = "any account" if is_unresolved(stack.account) else f"account {stack.account}"
    return f"{account}, {'any Region' if is_unresolved(stack.region) else stack.region}"


def deployed_stack(scope: IConstruct) -> Stack:
    """Return the stack that a construct is deployed with: a nested stack is a resource of its parent."""
    stack = Stack.of(scope)
    while stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    return stack
