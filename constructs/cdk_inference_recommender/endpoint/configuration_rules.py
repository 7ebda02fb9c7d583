"""Rules of an endpoint's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import RequestDocument, Rule, Severity, Violation
from cdk_inference_recommender.request.near_miss import near_miss
from cdk_inference_recommender.request.request_document import ABSENT
from cdk_inference_recommender.request.request_model import member_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

_AMI: Final = "ProductionVariant.InferenceAmiVersion"
_SSM: Final = "ProductionVariant.EnableSSMAccess"
_ISOLATION: Final = "EnableNetworkIsolation"
_ASYNC: Final = "AsyncInferenceConfig"
_CAPTURE: Final = "DataCaptureConfig"
_NOTIFICATIONS: Final = f"{_ASYNC}.OutputConfig.NotificationConfig"
_INCLUDED: Final = f"{_NOTIFICATIONS}.IncludeInferenceResponseIn"
_TOPICS: Final = {"SUCCESS_NOTIFICATION_TOPIC": "SuccessTopic", "ERROR_NOTIFICATION_TOPIC": "ErrorTopic"}
_FREQUENCY: Final = "MetricsConfig.MetricPublishFrequencyInSeconds"
_FREQUENCIES: Final = (10, 30, 60, 120, 180, 240, 300)


def _not_as_measured(document: RequestDocument) -> Iterator[Violation]:
    differing = {
        _AMI: "another machine image may have other drivers",
        _ISOLATION: "the container has no network",
        _ASYNC: "requests wait in a queue, and latency includes that",
    }
    for field, detail in differing.items():
        value = document.at(field)
        if value is not ABSENT and value is not False:
            shown = value if isinstance(value, bool | str) else None
            yield Violation(path=tuple(field.split(".")), value=shown, detail=detail)


def _unknown_ami(document: RequestDocument) -> Iterator[Violation]:
    known = member_shape("CreateEndpointConfig.ProductionVariants.InferenceAmiVersion").metadata["enum"]
    for path, name in document.strings(_AMI):
        if name not in known:
            near = near_miss(name, known)
            yield Violation(path=path, value=name, remedy=f"Did you mean {near}?" if near else None)


def _isolated_access(document: RequestDocument) -> Iterator[Violation]:
    if document.at(_SSM) is True and document.at(_ISOLATION) is True:
        yield Violation(path=tuple(_SSM.split(".")), value=True)


def _missing_topic(document: RequestDocument) -> Iterator[Violation]:
    for path, name in document.strings(f"{_INCLUDED}[]"):
        if name in _TOPICS and document.is_absent(f"{_NOTIFICATIONS}.{_TOPICS[name]}"):
            yield Violation(path=path, value=name)


def _captured_async(document: RequestDocument) -> Iterator[Violation]:
    if document.is_given(_ASYNC) and document.is_given(_CAPTURE):
        yield Violation(path=(_CAPTURE,))


def _frequency(document: RequestDocument) -> Iterator[Violation]:
    for path, seconds in document.integers(_FREQUENCY):
        if seconds not in _FREQUENCIES:
            yield Violation(path=path, value=seconds)


CONFIGURATION_RULES: Final = (
    Rule(
        id="EndpointNotAsMeasured",
        severity=Severity.WARNING,
        fields=(_AMI, _ISOLATION, _ASYNC),
        text="the endpoint runs otherwise than the job has measured, and may perform otherwise",
        remedy="Leave it out, or acknowledge this where a test of the endpoint has shown that it does well",
        source="this library",
        violations=_not_as_measured,
    ),
    Rule(
        id="InferenceAmiVersionUnknown",
        severity=Severity.WARNING,
        fields=(_AMI,),
        text="isn't a machine image that the service model of this release knows",
        remedy="Check the name in the API reference, ProductionVariant",
        source="API reference, ProductionVariant",
        violations=_unknown_ami,
    ),
    Rule(
        id="SsmAccessIsolated",
        severity=Severity.WARNING,
        fields=(_SSM, _ISOLATION),
        text="a container without a network can't reach Systems Manager",
        remedy="Leave out one of the two",
        source="API reference, CreateModel, EnableNetworkIsolation",
        violations=_isolated_access,
    ),
    Rule(
        id="NotificationTopicMissing",
        fields=(f"{_INCLUDED}[]", *(f"{_NOTIFICATIONS}.{topic}" for topic in _TOPICS.values())),
        text="a response is included in notifications of a topic that isn't given",
        remedy="Give success_topic or error_topic, too",
        source="API reference, AsyncInferenceNotificationConfig",
        violations=_missing_topic,
    ),
    Rule(
        id="DataCaptureAsync",
        severity=Severity.WARNING,
        fields=(_CAPTURE, _ASYNC),
        text="data capture is documented for synchronous endpoints and batch transforms only",
        remedy="Leave out data_capture: the output is written to a bucket, and the input comes from one",
        source="developer guide, data capture",
        violations=_captured_async,
    ),
    Rule(
        id="MetricPublishFrequency",
        fields=(_FREQUENCY,),
        text=f"must be one of {', '.join(map(str, _FREQUENCIES))} seconds",
        remedy="Give one of them",
        source="API reference, MetricsConfig",
        violations=_frequency,
    ),
)
