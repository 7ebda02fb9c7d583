"""What is checked of a metric, by the function that checks it."""

from __future__ import annotations

import pytest
from aws_cdk import Token

from cdk_inference_recommender.job.metric_rules import METRICS, check_metric

from .found_problems import Found, found


@pytest.mark.parametrize("metric_name", METRICS)
def test_a_metric_that_is_documented(metric_name: str) -> None:
    assert found(check_metric(metric_name=metric_name, statistic="Average")) == []


def test_a_metric_that_is_not() -> None:
    assert found(check_metric(metric_name="ClientLatencies", statistic="Sum")) == [
        Found("MetricUnknown", "MetricName", "ClientLatencies", remedy="Did you mean ClientLatency?")
    ]
    assert found(check_metric(metric_name="Humidity", statistic="Sum")) == [
        Found("MetricUnknown", "MetricName", "Humidity")
    ]


@pytest.mark.parametrize(
    "statistic",
    ["Average", "avg", "SUM", "min", "Maximum", "n", "SampleCount", "iqm", "p95", "P99.9", "tm90", "PR(:300)"],
)
def test_a_statistic_of_cloudwatch(statistic: str) -> None:
    assert found(check_metric(metric_name="ClientLatency", statistic=statistic)) == []


@pytest.mark.parametrize(
    ("statistic", "remedy"),
    [("Averge", "Did you mean Average?"), ("median", None), ("p95x", None), ("q95", None), ("p", None)],
)
def test_a_statistic_that_is_none(statistic: str, remedy: str | None) -> None:
    assert found(check_metric(metric_name="ClientLatency", statistic=statistic)) == [
        Found("MetricStatistic", "Statistic", statistic, remedy=remedy)
    ]


def test_tokens_are_skipped() -> None:
    token = Token.as_string({"Ref": "Parameter"})
    assert found(check_metric(metric_name=token, statistic=token)) == []
