"""A job's results, read from its description."""

from __future__ import annotations

from typing import Any

import pytest

from inference_recommendations_handler.recommendation.job_results import JobResults
from inference_recommendations_handler.recommendation.latency_unit import LatencyUnit

NAN = float("nan")


def result(latency: object, invocations: object = 600) -> dict[str, Any]:
    return {
        "RecommendationId": "bert/1",
        "Metrics": {"MaxInvocations": invocations, "ModelLatency": latency},
        "EndpointConfiguration": {"InstanceType": "ml.c5.xlarge", "InitialInstanceCount": 1},
        "ModelConfiguration": {},
    }


def endpoint(latency: object, invocations: object = 600) -> dict[str, Any]:
    metrics = {"MaxInvocations": invocations, "ModelLatency": latency}
    return {"Metrics": metrics, "EndpointInfo": {"EndpointName": "live"}}


def latencies(*results: dict[str, Any], existing: dict[str, Any] | None = None) -> list[float | None]:
    """Return latencies in milliseconds, the existing endpoint's last."""
    description = {"InferenceRecommendations": list(results), "EndpointPerformances": [existing] if existing else None}
    read = JobResults.parse(description)
    return [
        *(each.metrics.model_latency_ms for each in read.candidates),
        *(each.model_latency_ms for each in read.existing_endpoints),
    ]


def test_all_results_of_a_job_are_in_one_unit() -> None:
    # 90,000 us at 600 a minute could be 90 s of 900 users; the other one can't be.
    assert latencies(result(90_000), result(263_596)) == [90, 263.596]
    assert latencies(result(90_000)) == [90_000]


def test_the_existing_endpoint_belongs_to_the_job() -> None:
    assert latencies(result(90_000), existing=endpoint(263_596)) == [90, 263.596]
    assert latencies(result(263_596), existing=endpoint(90_000)) == [263.596, 90]
    assert latencies(result(263_596, invocations=60), existing=endpoint(20)) == [263_596, 20]


def test_a_result_that_no_deployment_can_use_still_shows_the_unit() -> None:
    unusable = result(263_596) | {"EndpointConfiguration": {}}
    assert latencies(result(90_000), unusable) == [90]


@pytest.mark.parametrize("absent", [NAN, "NaN", None, 0, -5, "", "many"])
def test_a_figure_that_is_absent_decides_nothing(absent: object) -> None:
    assert latencies(result(absent), result(20)) == [None, 20]
    assert latencies(result(90_000_000, invocations=absent), result(20)) == [90_000_000, 20]
    assert latencies(result(20), existing=endpoint(absent)) == [20, None]


@pytest.mark.parametrize("description", [{}, {"InferenceRecommendations": None, "EndpointPerformances": []}])
def test_a_job_without_results_has_none(description: dict[str, Any]) -> None:
    read = JobResults.parse(description)
    assert (list(read.candidates), list(read.existing_endpoints)) == ([], [])
    assert read.latency_unit is LatencyUnit.MILLISECONDS


def test_what_the_service_said_is_kept_beside() -> None:
    read = JobResults.parse({"InferenceRecommendations": [result(263_596)], "EndpointPerformances": [endpoint(90_000)]})
    (found,), (existing,) = read.candidates, read.existing_endpoints
    assert (found.metrics.model_latency, existing.model_latency) == (263_596, 90_000)
    assert (existing.endpoint_name, existing.max_invocations) == ("live", 600)
