"""What a job may cost, by the function that compares it with its estimate."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Environment

from cdk_inference_recommender.cost.cost_rules import PRICES_CONTEXT, check_cost
from cdk_inference_recommender.cost.price_file import Price, PriceFile
from cdk_inference_recommender.request import UNRESOLVED, Severity, api_path, check_request
from tests.unit.cdk_inference_recommender.request.request_documents import ADVANCED, with_value
from tests.unit.cdk_inference_recommender.synthesis import ACCOUNT, REGION, new_app, new_stack

from .found_problems import Found, found

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cdk_inference_recommender.request import Problem

CONFIGURATIONS = ("InputConfig", "EndpointConfigurations")
JOB = with_value(
    with_value(ADVANCED, CONFIGURATIONS, [{"InstanceType": "ml.c5.xlarge"}]),
    ("InputConfig", "JobDurationInSeconds"),
    7200,
)


@pytest.fixture
def price_file(tmp_path: Path) -> Path:
    path = tmp_path / "prices.json"
    price = Price(dollars_per_hour=0.25, date="2026-03-01", source="AWS Price List")
    PriceFile(path=path, regions={}).save_with(REGION, {"ml.c5.xlarge": price})
    return path


def checked(
    prices: object,
    max_cost: float,
    request: object = JOB,
    *,
    region: str | None = REGION,
    problems: Sequence[Problem] = (),
) -> list[Found]:
    context: dict[str, Any] = {PRICES_CONTEXT: prices} if prices is not None else {}
    stack = new_stack(new_app(context), env=Environment(account=ACCOUNT, region=region))
    return found(check_cost(stack, max_cost, request, problems, lambda path: f"({api_path(path)})"))


def test_an_estimate_above_the_most(price_file: Path) -> None:
    assert checked(str(price_file), 0.49) == [
        Found(
            "JobCostAboveMaximum",
            "max_cost",
            0.49,
            "at most 0.500 USD, 1 test of at most 2 h 00 min in eu-west-1, at prices of 2026-03-01. Not included: the "
            "start of endpoints, what sends the requests, storage, data transfer",
        )
    ]


def test_an_estimate_that_isn_t(price_file: Path) -> None:
    assert checked(str(price_file), 0.5) == []
    assert checked(str(price_file), 1) == []


@pytest.mark.parametrize("max_cost", [0, -1, math.nan, math.inf, True])
def test_an_amount_that_is_none(price_file: Path, max_cost: float) -> None:
    (problem,) = checked(str(price_file), max_cost)
    assert problem[:2] == ("MaxCostAboveZero", "max_cost")
    assert problem.value is max_cost
    assert [each.rule for each in checked(None, max_cost)] == ["MaxCostAboveZero"]


def test_what_is_missing_is_named(price_file: Path) -> None:
    assert checked(None, 5) == [
        Found("JobCostUnknown", "max_cost", 5, f"the file of prices, which the context value {PRICES_CONTEXT} names")
    ]
    assert checked(str(price_file), 5, region=None) == [
        Found("JobCostUnknown", "max_cost", 5, "the stack's Region, which its env names")
    ]
    price_file.write_text("[]", encoding="utf-8")
    assert checked(str(price_file), 5) == [Found("JobCostUnknown", "max_cost", 5, f"{price_file} is no file of prices")]


def test_all_that_is_missing_is_named(price_file: Path) -> None:
    unknown = with_value(JOB, CONFIGURATIONS, [{"InstanceType": UNRESOLVED}, {"InstanceType": UNRESOLVED}])
    places = [f"(InputConfig.EndpointConfigurations[{index}].InstanceType)" for index in (0, 1)]
    assert checked(str(price_file), 5, unknown) == [
        Found(
            "JobCostUnknown",
            "max_cost",
            5,
            "; ".join(f"{place}, which is known only at deploy time" for place in places),
        )
    ]


def test_prices_that_are_missing_are_read_into_the_file(price_file: Path) -> None:
    other = with_value(JOB, CONFIGURATIONS, [{"InstanceType": "ml.m5.large"}])
    assert checked(str(price_file), 5, other) == [
        Found(
            "JobCostUnknown",
            "max_cost",
            5,
            "the price of ml.m5.large in eu-west-1: run inference-recommender estimate --refresh --region eu-west-1 "
            f"--prices {price_file}",
        )
    ]


def test_nothing_is_estimated_where_the_request_is_wrong(price_file: Path) -> None:
    (error, *_) = check_request({})
    assert checked(str(price_file), 0.1, problems=[error]) == []
    assert checked(str(price_file), 0.1, UNRESOLVED) == []
    warning = replace(error, severity=Severity.WARNING)
    assert [each.rule for each in checked(str(price_file), 0.1, problems=[warning])] == ["JobCostAboveMaximum"]
