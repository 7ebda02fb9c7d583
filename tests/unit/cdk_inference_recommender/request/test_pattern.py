"""The service model's Java patterns in Python."""

from __future__ import annotations

import pytest

from cdk_inference_recommender.request.pattern import matches

TAG = r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"


@pytest.mark.parametrize("value", ["", "team", "équipe", "组", "a\u00a0b", "½", "a-b:c@d"])
def test_tags_take_letters_spaces_and_digits_of_any_script(value: str) -> None:
    assert matches(value, TAG)


@pytest.mark.parametrize("value", ["a!", "a\n", "😀", "a\u0301"])
def test_tags_take_nothing_else(value: str) -> None:
    assert not matches(value, TAG)


def test_a_digit_is_ascii_as_in_java() -> None:
    assert matches("1", r"\d")
    assert not matches("\u0661", r"\d")


def test_covers_the_whole_value() -> None:
    assert not matches("ab", "a")
    assert not matches("a\n", "a")
    assert matches("a", "^a$")
