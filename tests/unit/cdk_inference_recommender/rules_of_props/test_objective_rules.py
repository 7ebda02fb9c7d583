"""What a recommendation is chosen by, by the function that checks it."""

from __future__ import annotations

import pytest
from aws_cdk import Token

from cdk_inference_recommender import Objective
from cdk_inference_recommender.recommendation.objective_rules import check_objective
from inference_recommendations_handler.protocol.contract import ObjectiveName

from .found_problems import Found, found


@pytest.mark.parametrize("name", ObjectiveName)
def test_a_measure_to_choose_by(name: str) -> None:
    assert found(check_objective(Objective.of(name))) == []


def test_another_word() -> None:
    assert found(check_objective(Objective.of("colour"))) == [Found("ObjectiveKnown", "OptimizeFor", "colour")]


def test_a_token_is_skipped() -> None:
    assert found(check_objective(Objective.of(Token.as_string({"Ref": "Objective"})))) == []
