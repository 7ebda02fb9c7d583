"""Prefixes of generated names."""

from __future__ import annotations

import pytest
from aws_cdk import Names, NestedStack, Stack, Stage
from constructs import Construct
from hypothesis import example, given
from hypothesis import strategies as st

from cdk_inference_recommender.model.name_prefix import name_prefix

from .synthesis import new_app

IDS = st.text("abcXYZ019/-_.", min_size=1, max_size=12).filter(
    lambda text: not text.startswith(".") and text != "Default"
)


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        (["Stack", "Job"], "stack-job"),
        (["InstanceRecommendation", "Job"], "instance-job"),
        (["Stack", "ServerlessJob"], "serverless-job"),
        (["Model7Serving", "Production", "XGBoostJob"], "xg-boost-job"),
        (["Stack", "Averylongwordwithoutanyothers"], "stack"),
        (["Averylongwordwithoutanyothers", "Anotherlongwordofthatkind"], "ongwordofthatkind"[-15:]),
    ],
)
def test_a_long_path_is_shortened_to_whole_words(path: list[str], prefix: str) -> None:
    scope: Construct = Stack(new_app(), path[0])
    for name in path[1:-1]:
        scope = Construct(scope, name)
    human, _, digest = name_prefix(scope, path[-1], max_length=24).rpartition("-")
    assert (human, len(digest)) == (prefix, 8)


@given(ids=st.lists(IDS, min_size=1, max_size=4), max_length=st.integers(10, 60), kind=st.integers(0, 2))
@example(ids=["Default", "Resource"], max_length=24, kind=0)
@example(ids=["a/b"], max_length=24, kind=1)
def test_the_hash_is_that_of_the_cdk_s_own_names(ids: list[str], max_length: int, kind: int) -> None:
    """Two constructs have the same prefix only where the CDK's own unique names collide as well."""
    parent = Stage(new_app(), "Stage") if kind == 1 else new_app()
    scope: Construct = Stack(parent, "Stack", stack_name="named" if kind else None)
    if kind == 2:
        scope = NestedStack(scope, "Nested")
    for name in ids[:-1]:
        scope = Construct(scope, name)
    prefix = name_prefix(scope, ids[-1], max_length=max_length)
    expected = Names.unique_resource_name(Construct(scope, ids[-1]), max_length=60, separator="-").lower()
    assert prefix.rpartition("-")[2] == expected.rpartition("-")[2]
    assert len(prefix) <= max_length
    assert prefix.strip("-") == prefix
