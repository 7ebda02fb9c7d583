"""Statements are written as the CDK writes them, without a call into its JavaScript."""

from __future__ import annotations

import pytest
from aws_cdk import Environment
from aws_cdk import aws_iam as iam
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.javascript_calls import counted_calls
from cdk_inference_recommender.permissions.granted_statement import allow, arn_in_stack, policy_of

from .synthesis import ACCOUNT, REGION, new_app, new_stack

TEXTS = st.lists(st.sampled_from(["s3:GetObject", "s3:*", "kms:Decrypt", "*"]), min_size=1, max_size=5)
CONDITIONS = st.none() | st.dictionaries(
    st.sampled_from(["Bool", "StringLike"]), st.dictionaries(st.sampled_from(["aws:SourceArn", "s3:prefix"]), TEXTS)
)


@given(actions=TEXTS, resources=TEXTS, conditions=CONDITIONS)
def test_a_statement_is_what_the_cdk_makes_of_the_same(
    actions: list[str], resources: list[str], conditions: dict[str, dict[str, list[str]]] | None
) -> None:
    granted = allow(actions, resources, conditions, reason="It reads.", without="It fails.")
    written = iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions).to_statement_json()
    assert granted.document == written
    assert granted.statement.to_statement_json() == written


@pytest.mark.parametrize("env", [None, Environment(account=ACCOUNT, region=REGION)])
@pytest.mark.parametrize("region", [None, "", "eu-west-1"])
def test_an_arn_is_the_cdks(env: Environment | None, region: str | None) -> None:
    stack = new_stack(new_app(), env=env)
    assert stack.resolve(arn_in_stack(stack, "sagemaker", "model/*", region=region)) == stack.resolve(
        stack.format_arn(service="sagemaker", resource="model", resource_name="*", region=region)
    )


def test_a_policy_is_one_call() -> None:
    stack = new_stack()
    arn_in_stack(stack, "iam", "role/first")
    with counted_calls() as calls:
        resources = [arn_in_stack(stack, "iam", f"role/{number}") for number in range(9)]
        policy_of([allow(["iam:PassRole"], [each], reason="It passes.", without="It fails.") for each in resources])
    assert calls.made == 1
