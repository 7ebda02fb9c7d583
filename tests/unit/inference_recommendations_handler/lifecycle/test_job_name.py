from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from inference_recommendations_handler.lifecycle.job_name import (
    NamedRequest,
    base_name,
    candidate_names,
    fingerprint,
    is_generated,
    is_name_of,
)

NAMED = NamedRequest(
    stack_id="arn:stack",
    logical_id="Job",
    rerun_nonce="",
    measured={"JobType": "Default", "InputConfig": {"ModelName": "m", "Endpoints": []}},
)


def test_deployed_names_stay() -> None:
    assert base_name("shop", NAMED) == "shop-jqk3zexk4u5c"
    assert fingerprint(NAMED) == "hc64cxvrumvlfttr2lazn4bq"


def test_names_keep_within_the_40_characters_that_derived_names_have() -> None:
    *_, longest = candidate_names(base_name("p" * 24, NAMED))
    assert len(longest) == 40


@pytest.mark.parametrize(
    "other",
    [
        replace(NAMED, stack_id="arn:other"),
        replace(NAMED, logical_id="Other"),
        replace(NAMED, rerun_nonce="2"),
        replace(NAMED, measured={**NAMED.measured, "JobType": "Advanced"}),
        replace(NAMED, measured={**NAMED.measured, "InputConfig": {"ModelName": "n"}}),
        replace(NAMED, measured={**NAMED.measured, "StoppingConditions": {"MaxInvocations": 1}}),
        replace(NAMED, measured={**NAMED.measured, "OutputConfig": {"KmsKeyId": "k"}}),
    ],
)
def test_what_decides_what_is_measured_changes_the_name(other: NamedRequest) -> None:
    assert base_name("shop", other) != base_name("shop", NAMED)


def test_the_order_of_members_keeps_the_name() -> None:
    other = replace(NAMED, measured=dict(reversed(list(NAMED.measured.items()))))
    assert base_name("shop", other) == base_name("shop", NAMED)


def test_the_fingerprint_is_the_same_for_all_owners() -> None:
    assert fingerprint(replace(NAMED, stack_id="arn:other")) == fingerprint(NAMED)


def test_taken_names_are_followed_by_numbers() -> None:
    assert list(islice(candidate_names("a"), 3)) == ["a", "a-2", "a-3"]
    assert is_name_of("a", "a")
    assert is_name_of("a-2", "a")
    assert not is_name_of("a-b", "a")


@pytest.mark.parametrize(
    ("name", "generated"),
    [
        ("shop-abcdefghij27", True),
        ("my-shop-abcdefghij27-12", True),
        ("shop-Job-1A2B3C4D5E6F7", False),
        ("shop-abcdefghij27.00000000-0000-4000-8000-abcdefabcdef", False),
        ("shop", False),
    ],
)
def test_ids_that_cloudformation_invents_are_distinguished_from_names(name: str, generated: bool) -> None:
    assert is_generated(name) is generated
