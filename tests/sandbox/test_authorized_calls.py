"""The record of what functions' roles call: allowed or denied, and whether their policies grant it at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.iam.authorization import AccessDenied, Authorizer
from inference_recommender_sandbox.iam.policy_propagation import PolicyPropagation

if TYPE_CHECKING:
    from tests.sandbox.conftest import Account

ACCOUNT = "123456789012"
KEY = "ASIARECORD0000000000"
ACTION = "sagemaker:DescribeEndpoint"
STATEMENT = {"Effect": "Allow", "Action": ACTION, "Resource": "*"}


def call(authorizer: Authorizer, role_arn: str, action: str = ACTION) -> None:
    authorizer.register_session(KEY, role_arn.rpartition("/")[2], "function")
    authorizer.authorize(account_id=ACCOUNT, access_key_id=KEY, action=action, resource="*", context={})


def recorded(authorizer: Authorizer) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in each.items() if key not in {"role", "resource"}} for each in authorizer.calls()
    ]


def test_a_call_that_is_denied_until_the_policy_has_propagated_is_granted(account: Account) -> None:
    now = [0.0]
    authorizer = Authorizer(PolicyPropagation(now=lambda: now[0], delay=lambda: 60))
    role = account.role("lambda.amazonaws.com", STATEMENT)
    with pytest.raises(AccessDenied):
        call(authorizer, role)
    now[0] = 60
    call(authorizer, role)
    assert recorded(authorizer) == [
        {"action": ACTION, "allowed": False, "granted": True, "statements": []},
        {"action": ACTION, "allowed": True, "granted": True, "statements": [STATEMENT]},
    ]


def test_a_call_that_no_policy_allows_is_not_granted(account: Account) -> None:
    authorizer = Authorizer(PolicyPropagation(now=lambda: 0, delay=lambda: 60))
    with pytest.raises(AccessDenied):
        call(authorizer, account.role("lambda.amazonaws.com", STATEMENT), "sagemaker:DeleteEndpoint")
    assert recorded(authorizer) == [
        {"action": "sagemaker:DeleteEndpoint", "allowed": False, "granted": False, "statements": []}
    ]
