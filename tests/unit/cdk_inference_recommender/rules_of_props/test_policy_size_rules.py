"""The size of a role's policies, by the functions that check it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdk_inference_recommender.permissions.inline_policy_size import MAX_INLINE_POLICY_SIZE
from cdk_inference_recommender.permissions.policy_size_rules import check_default_role_policies, check_handler_policies

from .found_problems import Found, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cdk_inference_recommender.request import Problem


@pytest.mark.parametrize(
    ("check", "rule", "path"),
    [
        (check_handler_policies, "HandlerPolicySize", "inline_policies"),
        (check_default_role_policies, "DefaultRolePolicySize", "role"),
    ],
)
def test_a_role_has_10240_characters(check: Callable[[int], Iterator[Problem]], rule: str, path: str) -> None:
    assert found(check(MAX_INLINE_POLICY_SIZE)) == []
    assert found(check(MAX_INLINE_POLICY_SIZE + 1)) == [Found(rule, path, MAX_INLINE_POLICY_SIZE + 1)]
