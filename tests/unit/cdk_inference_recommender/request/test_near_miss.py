"""The known word that a misspelled one stands for."""

from __future__ import annotations

import pytest

from cdk_inference_recommender.request.near_miss import near_miss

MEMBERS = ("JobName", "JobType", "RoleArn", "InputConfig", "ContainerConfig", "DurationInSeconds", "ResourceLimit")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("ResourceLimits", "ResourceLimit"),
        ("jobname", "JobName"),
        ("Duration", "DurationInSeconds"),
        ("Role", "RoleArn"),
        ("ContainerConfg", "ContainerConfig"),
    ],
)
def test_a_slip_is_recognised(word: str, meant: str) -> None:
    assert near_miss(word, MEMBERS) == meant


@pytest.mark.parametrize("word", ["TokenizerConfig", "VpcConfig", "Config", "Job", "Zzz", ""])
def test_what_is_not_near_gets_no_suggestion(word: str) -> None:
    assert near_miss(word, MEMBERS) is None


def test_the_first_of_equally_near_words_is_returned() -> None:
    assert near_miss("phasex", ["PhaseA", "PhaseB"]) == "PhaseA"


def test_nothing_is_near_where_nothing_is_known() -> None:
    assert near_miss("JobName", []) is None
