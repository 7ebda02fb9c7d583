"""What is checked of an endpoint's configuration, by its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdk_inference_recommender.endpoint.configuration_rules import CONFIGURATION_RULES
from cdk_inference_recommender.request import UNRESOLVED, RequestDocument, check_rules

from .found_problems import Found, found

if TYPE_CHECKING:
    from collections.abc import Mapping

AMI = "al2-ami-sagemaker-inference-gpu-2"
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://results"}}


def checked(document: Mapping[str, object]) -> list[Found]:
    return found(check_rules(CONFIGURATION_RULES, RequestDocument(document)))


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (
            {"ProductionVariant": {"InferenceAmiVersion": AMI}},
            Found(
                "EndpointNotAsMeasured",
                "ProductionVariant.InferenceAmiVersion",
                AMI,
                "another machine image may have other drivers",
            ),
        ),
        (
            {"EnableNetworkIsolation": True},
            Found("EndpointNotAsMeasured", "EnableNetworkIsolation", True, "the container has no network"),
        ),
        (
            {"AsyncInferenceConfig": ASYNC},
            Found(
                "EndpointNotAsMeasured",
                "AsyncInferenceConfig",
                None,
                "requests wait in a queue, and latency includes that",
            ),
        ),
    ],
)
def test_what_the_job_has_measured_otherwise(document: Mapping[str, object], problem: Found) -> None:
    assert checked(document) == [problem]


@pytest.mark.parametrize("document", [{}, {"EnableNetworkIsolation": False}])
def test_what_it_has_measured(document: Mapping[str, object]) -> None:
    assert checked(document) == []


@pytest.mark.parametrize(
    ("name", "remedy"), [("al2-ami-sagemaker-inference-gpu-22", f"Did you mean {AMI}?"), ("windows", None)]
)
def test_a_machine_image_that_isn_t_known(name: str, remedy: str | None) -> None:
    [_, problem] = checked({"ProductionVariant": {"InferenceAmiVersion": name}})
    assert problem == Found("InferenceAmiVersionUnknown", "ProductionVariant.InferenceAmiVersion", name, remedy=remedy)


@pytest.mark.parametrize(
    ("access", "isolation", "rules"),
    [
        (True, True, ["EndpointNotAsMeasured", "SsmAccessIsolated"]),
        (True, False, []),
        (False, True, ["EndpointNotAsMeasured"]),
        (UNRESOLVED, True, ["EndpointNotAsMeasured"]),
        (True, UNRESOLVED, ["EndpointNotAsMeasured"]),
    ],
)
def test_access_to_a_container_without_a_network(access: object, isolation: object, rules: list[str]) -> None:
    problems = checked({"ProductionVariant": {"EnableSSMAccess": access}, "EnableNetworkIsolation": isolation})
    assert [each.rule for each in problems] == rules
    assert [each[1:] for each in problems if each.rule == "SsmAccessIsolated"] in (
        [],
        [("ProductionVariant.EnableSSMAccess", True, None, None)],
    )


@pytest.mark.parametrize("topics", [{}, {"SuccessTopic": "a"}, {"ErrorTopic": "a"}, {"SuccessTopic": UNRESOLVED}])
def test_a_response_in_notifications_of_a_topic_that_isn_t_given(topics: dict[str, object]) -> None:
    included = ["ERROR_NOTIFICATION_TOPIC", "SUCCESS_NOTIFICATION_TOPIC", "OTHER"]
    notifications = {"IncludeInferenceResponseIn": included, **topics}
    place = "AsyncInferenceConfig.OutputConfig.NotificationConfig.IncludeInferenceResponseIn"
    expected = [
        Found("NotificationTopicMissing", f"{place}[{index}]", included[index])
        for index, topic in enumerate(("ErrorTopic", "SuccessTopic"))
        if topic not in topics
    ]
    problems = checked({"AsyncInferenceConfig": {"OutputConfig": {"NotificationConfig": notifications}}})
    assert problems[1:] == expected


def test_data_capture_of_an_asynchronous_endpoint() -> None:
    capture = {"EnableCapture": True}
    assert checked({"AsyncInferenceConfig": ASYNC, "DataCaptureConfig": capture})[1:] == [
        Found("DataCaptureAsync", "DataCaptureConfig")
    ]
    assert checked({"DataCaptureConfig": capture}) == []


def test_how_often_metrics_are_published() -> None:
    def problems(seconds: object) -> list[Found]:
        return checked({"MetricsConfig": {"MetricPublishFrequencyInSeconds": seconds}})

    for seconds in (10, 30, 60, 120, 180, 240, 300, UNRESOLVED):
        assert problems(seconds) == []
    for seconds in (1, 20, 301):
        assert problems(seconds) == [
            Found("MetricPublishFrequency", "MetricsConfig.MetricPublishFrequencyInSeconds", seconds)
        ]
