"""Why a result won, what limits it, and what it costs at the expected traffic."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.report.document import report_document
from cdk_inference_recommender.command_line.report.figure_text import compared
from inference_recommendations_handler.protocol.contract import OwnerTag
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    NAN,
    job,
    printed,
    recommendation,
    report_of,
)

CHEAP = recommendation("ml.c5.large", cost_per_hour=0.9, cost_per_inference=1e-6, model_latency=30)
DEAR = recommendation("ml.m5.large", cost_per_hour=0.4, cost_per_inference=2e-6, model_latency=10)
DEAREST = recommendation("ml.r5.large", cost_per_hour=0.3, cost_per_inference=3e-6, model_latency=9)
MEASURED = job(CHEAP, DEAR, DEAREST)


def test_each_constraint_has_the_winners_distance_and_what_would_have_won_without_it() -> None:
    [section] = report_of(MEASURED, MaxCostPerHour=0.5, MaxModelLatency=40, ExcludedInstanceFamilies=["g5"]).sections
    assert [str(margin) for margin in section.decision.margins] == [
        (
            "At most 0.500 USD an hour: the winner has 0.400 USD an hour, 20 % below the limit. Without this "
            "constraint alone 1 x ml.c5.large would win."
        ),
        "At most 40 ms: the winner has 10 ms, 75 % below the limit.",
        "No family of g5.",
    ]


def test_a_minimum_and_a_limit_that_is_just_met_say_so() -> None:
    [section] = report_of(MEASURED, MinInvocations=100, MaxCostPerHour=0.9).sections
    cost, invocations = section.decision.margins
    assert str(invocations) == (
        "At least 100 requests a minute: the winner has 500 requests a minute, 5.0 times the limit."
    )
    assert cost.distance == "at the limit"


def test_where_none_wins_each_constraint_says_what_would() -> None:
    [section] = report_of(MEASURED, MaxCostPerHour=0.1, MaxModelLatency=20).sections
    cost, latency = section.decision.margins
    assert str(cost) == "At most 0.100 USD an hour. Without this constraint alone 1 x ml.m5.large would win."
    assert latency.would_win is None
    assert section.decision.runner_up is None


def test_the_runner_up_and_what_it_would_cost_instead() -> None:
    [section] = report_of(MEASURED, MaxCostPerHour=0.5).sections
    assert section.decision.runner_up == (
        "Instead, the runner-up 1 x ml.r5.large would have 0.300 USD an hour (25 % less), 3.000 USD per million (50 % "
        "more), 500 requests a minute (the same), 9 ms (10 % less)."
    )


@pytest.mark.parametrize(
    ("value", "other", "said"),
    [
        (1, 1, "the same as"),
        (1.25, 1, "25 % more than"),
        (2, 1, "100 % more than"),
        (2.01, 1, "2.0 times"),
        (3.42, 1, "3.4 times"),
        (2, 3, "33 % less than"),
        (0.001, 1, "less than 1 % of"),
        (1.026, 1, "3 % more than"),
        (1.0002, 1, "less than 1 % more than"),
    ],
)
def test_percentages_have_one_format_and_factors_begin_beyond_100_percent(
    value: float, other: float, said: str
) -> None:
    assert compared(value, other) == said


def test_the_cost_at_the_expected_traffic() -> None:
    dear = recommendation("ml.m5.large", cost_per_hour=1, cost_per_inference=1e-6, max_invocations=10_000)
    small = recommendation("ml.t3.medium", cost_per_hour=0.1, cost_per_inference=2e-6, max_invocations=2000)
    report = report_of(job(dear, small), traffic=6000)
    [section] = report.sections
    assert section.decision.at_traffic == (
        "At 6,000 requests a minute 1 x ml.m5.large needs 1 instance, without a reserve, and costs 730 USD a month. "
        "1 x ml.t3.medium would cost the least: 219 USD a month."
    )
    results = report_document(report)["Results"]
    assert [(each["InstancesNeeded"], each["CostPerMonth"]) for each in results] == [(1, 730), (3, pytest.approx(219))]
    text = printed(report, width=100)
    assert "USD/month" in text
    assert "730     1" in text


def test_a_serverless_endpoint_is_paid_by_inference_and_carries_what_was_measured() -> None:
    found = recommendation(serverless=(2048, 10), cost_per_hour=NAN, cost_per_inference=1e-6, max_invocations=100)
    [section] = report_of(job(found), traffic=100).sections
    assert section.decision.at_traffic == ("At 100 requests a minute serverless 2048 MB x 10 costs 4.380 USD a month.")
    [section] = report_of(job(found), traffic=101).sections
    assert section.decision.at_traffic == (
        "At 101 requests a minute, the cost of serverless 2048 MB x 10 is unknown: one carries 100 requests a minute."
    )


@given(
    st.floats(min_value=1e-3, max_value=1e9),
    st.floats(min_value=1e-3, max_value=1e9),
    st.floats(min_value=1e-3, max_value=1e3),
)
def test_the_instances_carry_the_traffic_and_one_less_doesnt(traffic: float, throughput: float, hourly: float) -> None:
    found = recommendation(max_invocations=throughput, cost_per_hour=hourly)
    [result] = report_document(report_of(job(found), traffic=traffic))["Results"]
    count = result["InstancesNeeded"]
    assert count * throughput >= traffic * (1 - 1e-5)
    assert count == 1 or (count - 1) * throughput < traffic
    assert math.isclose(result["CostPerMonth"], count * hourly * 730)


@pytest.mark.parametrize("traffic", ["0", "-1", "nan", "inf", "many"])
def test_traffic_is_a_number_above_0(traffic: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["report", "job", "--traffic", traffic])
    assert "is no number of requests a minute above 0" in capsys.readouterr().err


def test_the_heading_says_where_the_job_comes_from() -> None:
    members: dict[str, Any] = {
        "JobArn": "arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/job",
        "InputConfig": {
            "ModelPackageVersionArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/fraud/3",
            "TrafficPattern": {
                "TrafficType": "PHASES",
                "Phases": [{"InitialNumberOfUsers": 1, "SpawnRate": 2, "DurationInSeconds": 120}],
            },
        },
    }
    tags = {
        OwnerTag.STACK_ID.value: "arn:aws:cloudformation:eu-west-1:123456789012:stack/Scoring/0a1b",
        OwnerTag.LOGICAL_ID.value: "Job65CA4C67",
    }
    first, second, *rest = printed(report_of(job(recommendation(), **members), tags=tags), width=400).splitlines()
    assert first == "Scoring / Job65CA4C67"
    assert second == "Job job, Default: COMPLETED"
    assert rest[0] == (
        "Created 2026-03-01 12:00 UTC, Region eu-west-1, Account 123456789012, Model fraud/3, Traffic of the job "
        "from 1 user, 2 more a minute for 120 s"
    )
