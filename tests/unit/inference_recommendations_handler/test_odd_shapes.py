"""Any properties of a custom resource get exactly one readable response."""

from __future__ import annotations

import copy
import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inference_recommendations_handler.aws.clients import Clients, deadline_clients
from inference_recommendations_handler.handler import DEFECT, RetryEventError, handle
from inference_recommendations_handler.invocation import Invocation
from inference_recommendations_handler.protocol import response as response_module
from inference_recommendations_handler.protocol.contract import ResourceType

from .response_url import RESPONSE_URL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = Any
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:wait"
STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:inference-recommendations-job/bert"
ROLE = "arn:aws:iam::123456789012:role/job"
NOW = datetime(2027, 1, 15, tzinfo=UTC)

SOUND: Final[Mapping[ResourceType, dict[str, Json]]] = {
    ResourceType.JOB: {
        "Request": {
            "JobType": "Default",
            "RoleArn": ROLE,
            "InputConfig": {"ModelPackageVersionArn": f"{ARN}/1", "JobDurationInSeconds": "3600"},
        },
        "NamePrefix": "bert",
        "Tags": [{"Key": "team", "Value": "search"}],
        "AcceptStopped": "false",
        "TimeoutSeconds": "7200",
        "RerunNonce": "1",
        "StateMachineArn": MACHINE,
        "BotocoreVersion": "1.44.5",
    },
    ResourceType.WAIT: {
        "JobName": "bert",
        "Stage": "1",
        "Stages": "2",
        "HandOverAfterSeconds": "3300",
        "PollIntervalSeconds": "30",
        "AcceptStopped": "false",
        "TimeoutSeconds": "7200",
        "ExistingJob": "false",
        "StateMachineArn": MACHINE,
    },
    ResourceType.RECOMMENDATION: {
        "JobName": "bert",
        "EndpointType": "RealTime",
        "Objective": "CostPerHour",
        "Constraints": {"MaxCostPerHour": "1", "AllowedInstanceFamilies": ["c5"]},
    },
    ResourceType.SCALING_RECOMMENDATION: {
        "JobName": "bert",
        "RecommendationId": "bert/1",
        "TargetCpuUtilizationPerCore": "50",
        "MinInvocationsPerMinute": "1",
        "MaxInvocationsPerMinute": "2",
    },
    ResourceType.RECOMMENDED_MODEL: {
        "NamePrefix": "bert",
        "SourceModelName": "bert",
        "ExecutionRoleArn": ROLE,
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "EnableNetworkIsolation": "true",
        "Tags": [{"Key": "team", "Value": "search"}],
        "RecommendationId": "bert/1",
        "InferenceSpecificationName": "unavailable",
        "CompilationJobName": "unavailable",
        "EnvironmentJson": "{}",
    },
    ResourceType.ENDPOINT_INSTANCE_COUNT: {
        "EndpointName": "bert",
        "StateMachineArn": MACHINE,
        "EndpointConfigName": "bert",
        "VariantName": "All",
        "InstanceType": "ml.c5.large",
        "MinCapacity": "1",
        "MaxCapacity": "2",
        "ScaleInCooldown": "1",
        "ScaleOutCooldown": "1",
        "DisableScaleIn": "false",
        "SafetyFactor": "0.5",
        "MaxInvocations": "100",
        "InitialInstanceCount": "1",
    },
    ResourceType.ENDPOINT_PREPARATION: {
        "InstanceCountLogicalId": "InstanceCount",
        "EndpointConfigName": "bert",
        "InitialInstanceCount": "1",
        "StateMachineArn": MACHINE,
        "VariantName": "All",
        "InstanceType": "ml.c5.xlarge",
        "MinCapacity": "1",
        "MaxCapacity": "2",
        "ScalingPoliciesJson": "[]",
        "TargetValue": "100",
    },
}

_POLICY = {
    "TargetTracking": {
        "TargetValue": 5,
        "MetricSpecification": {"Predefined": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}},
    }
}
RESPONSES: Final[Mapping[str, Json]] = {
    "CreateInferenceRecommendationsJob": {"JobArn": ARN},
    "DescribeInferenceRecommendationsJob": {
        "JobName": "bert",
        "JobArn": ARN,
        "Status": "IN_PROGRESS",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        "InputConfig": {},
    },
    "ListInferenceRecommendationsJobs": {"InferenceRecommendationsJobs": [{"JobName": "bert"}]},
    "ListTags": {
        "Tags": [
            {"Key": "cdk-inference-recommender:stack-id", "Value": STACK},
            {"Key": "cdk-inference-recommender:logical-id", "Value": "Thing"},
        ]
    },
    "DescribeExecution": {"status": "SUCCEEDED", "input": "{}", "output": "{}", "stopDate": NOW},
    "ListExecutions": {"executions": []},
    "StartExecution": {"executionArn": MACHINE, "startDate": NOW},
    "GetScalingConfigurationRecommendation": {
        "DynamicScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 2, "ScalingPolicies": [_POLICY]}
    },
    "DescribeModel": {"ModelName": "bert", "ModelArn": ARN, "PrimaryContainer": {"Image": "image"}},
    "DescribeEndpoint": {
        "EndpointName": "bert",
        "EndpointStatus": "Updating",
        "EndpointConfigName": "bert",
        "ProductionVariants": [{"VariantName": "All", "DesiredInstanceCount": 2}],
    },
    "DescribeEndpointConfig": {"ProductionVariants": [{"VariantName": "All", "InstanceType": "ml.c5.large"}]},
    "DescribeScalingPolicies": {"ScalingPolicies": []},
    "DescribeScalableTargets": {"ScalableTargets": []},
    "DescribeStackResource": {
        "StackResourceDetail": {
            "PhysicalResourceId": "endpoint/bert/variant/All",
            "ResourceStatus": "UPDATE_IN_PROGRESS",
        }
    },
    "DescribeStacks": {"Stacks": [{"StackStatus": "UPDATE_IN_PROGRESS"}]},
}


DELETED: Final = {
    "DeleteModel": re.compile(r'"ModelName": "[-a-zA-Z0-9]{1,63}"'),
    "DeregisterScalableTarget": re.compile(r'"endpoint/[-a-zA-Z0-9]{1,63}/variant/[-a-zA-Z0-9]{1,63}"'),
}
"""Operations that reject an invalid name, which botocore doesn't validate."""


@pytest.fixture(scope="module")
def calls() -> list[str]:
    return []


@pytest.fixture(scope="module")
def clients(calls: list[str]) -> Clients:
    """Return boto3's clients, whose validated calls return responses from the table."""
    session = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    make: Any = session.client

    def response(*, model: Any, params: Any, **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        calls.append(model.name)
        if model.name in DELETED and not DELETED[model.name].search(params["body"].decode()):
            refused = {"Code": "ValidationException", "Message": "failed to satisfy constraint: regular expression"}
            return SimpleNamespace(status_code=400), {"Error": refused, "ResponseMetadata": {"HTTPStatusCode": 400}}
        responded = copy.deepcopy(RESPONSES.get(model.name, {}))
        status = 400 if "Error" in responded else 200
        return SimpleNamespace(status_code=status), responded | {"ResponseMetadata": {"HTTPStatusCode": status}}

    def client(service: str) -> Any:
        made = make(service)
        made.meta.events.register("before-call.*.*", response)
        return made

    return deadline_clients(client)


@contextmanager
def bucket() -> Iterator[list[dict[str, Any]]]:
    responses: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(response_module, "put", lambda _, body, **__: responses.append(json.loads(body)))
        yield responses


def event(resource_type: str, request_type: str, properties: Json, old: Json) -> dict[str, Any]:
    return {
        "RequestType": request_type,
        "RequestId": "00000000-0000-4000-8000-000000000001",
        "ResponseURL": f"{RESPONSE_URL}?X-Amz-Signature=secret-signature",
        "StackId": STACK,
        "ResourceType": resource_type,
        "LogicalResourceId": "Thing",
        "ResourceProperties": properties,
        "OldResourceProperties": old,
    } | ({} if request_type == "Create" else {"PhysicalResourceId": "bert"})


ODD: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.sampled_from(
        ["", "unavailable", "true", "-1", "1e999", "NaN", "9" * 5000, "/", "x" * 300, "[[]]", "{}", "bert"]
    )
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["Key", "Value", "VpcConfig", "MaxCostPerHour", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


CHANGES: Final = {
    resource_type: (
        st.dictionaries(st.sampled_from([*sound]), ODD, max_size=3),
        st.sets(st.sampled_from([*sound]), max_size=1),
    )
    for resource_type, sound in SOUND.items()
}
"""Odd and missing properties. Hypothesis validates a strategy whenever it is made, so each is made once."""
ONE_OF_TEN: Final = st.integers(0, 9)
RESOURCE_TYPES: Final = st.sampled_from(list(ResourceType))
REQUEST_TYPES: Final = st.sampled_from(["Create", "Update", "Delete"])


def odd_properties(draw: st.DrawFn, resource_type: ResourceType) -> Json:
    """Draw valid properties of which some are odd or missing, or any JSON value."""
    if draw(ONE_OF_TEN) == 0:
        return draw(ODD)
    odd, missing = CHANGES[resource_type]
    properties, left_out = SOUND[resource_type] | draw(odd), draw(missing)
    return {name: value for name, value in properties.items() if name not in left_out}


@st.composite
def odd_events(draw: st.DrawFn) -> dict[str, Any]:
    resource_type, request_type = draw(RESOURCE_TYPES), draw(REQUEST_TYPES)
    return event(resource_type, request_type, odd_properties(draw, resource_type), odd_properties(draw, resource_type))


def altered(resource_type: ResourceType, request_type: str, **properties: Json) -> dict[str, Any]:
    return event(resource_type, request_type, SOUND[resource_type] | properties, SOUND[resource_type])


@settings(
    max_examples=max(500, settings().max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(sent=altered(ResourceType.SCALING_RECOMMENDATION, "Create", RecommendationId={}))
@example(sent=altered(ResourceType.RECOMMENDED_MODEL, "Update", CompilationJobName=[]))
@example(sent=altered(ResourceType.RECOMMENDED_MODEL, "Create", VpcConfig="text"))
@example(sent=altered(ResourceType.RECOMMENDED_MODEL, "Delete", NamePrefix={}))
@example(sent=altered(ResourceType.JOB, "Create", TimeoutSeconds="NaN"))
@example(sent=altered(ResourceType.WAIT, "Create", HandOverAfterSeconds="NaN"))
@example(sent=altered(ResourceType.ENDPOINT_INSTANCE_COUNT, "Delete", EndpointName="x y"))
@example(sent=altered(ResourceType.ENDPOINT_INSTANCE_COUNT, "Create", MinCapacity=10**400))
@given(sent=odd_events())
def test_whatever_is_requested_gets_a_response_once_and_readably(
    clients: Clients, calls: list[str], sent: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    calls.clear()
    with bucket() as responses:
        try:
            assert handle(sent, Invocation(clients=clients, log_stream="stream")) == {}
        except RetryEventError:
            assert responses == []
            return
    capsys.readouterr()
    if "StartExecution" in calls and not responses:
        return
    assert [each["RequestId"] for each in responses] == [sent["RequestId"]]
    reason = responses[0].get("Reason", "")
    assert DEFECT not in reason
    if sent["RequestType"] == "Delete":
        assert responses[0]["Status"] == "SUCCESS", reason


@pytest.mark.parametrize("resource_type", list(ResourceType))
def test_an_event_whose_response_would_leave_aws_does_nothing(
    clients: Clients, calls: list[str], resource_type: ResourceType, capsys: pytest.CaptureFixture[str]
) -> None:
    calls.clear()
    for request_type in ("Create", "Update", "Delete"):
        sent = altered(resource_type, request_type) | {"ResponseURL": "https://elsewhere.example/key"}
        with bucket() as responses:
            assert handle(sent, Invocation(clients=clients, log_stream="stream")) == {}
        assert responses == []
    assert calls == []
    written = capsys.readouterr().out
    assert written.count('"message": "rejected: the ResponseURL is not one of AWS"') == 3
    assert "elsewhere" not in written


def test_a_queued_request_that_cannot_be_read_is_not_changed(clients: Clients) -> None:
    exact = {"JobName": "bert"}
    queued = altered(ResourceType.JOB, "Create", **exact, Request={"Quantum": "1"}) | {"RequestedAt": 1.0}
    given = {"input": json.dumps({"task": "create", "event": queued})}
    missing = {"Error": {"Code": "ResourceNotFound", "Message": "There is no job."}}
    with pytest.MonkeyPatch.context() as patch, bucket() as responses:
        patch.setitem(RESPONSES, "DescribeExecution", RESPONSES["DescribeExecution"] | given)
        patch.setitem(RESPONSES, "DescribeInferenceRecommendationsJob", missing)
        handle(altered(ResourceType.JOB, "Update", **exact), Invocation(clients=clients, log_stream="stream"))
    assert [each["Status"] for each in responses] == ["SUCCESS"]


def test_what_is_unexpected_gets_a_response_and_logged_without_the_response_url(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(event: Any, _: Any) -> None:
        message = f"no such thing in {event.response_url}"
        raise LookupError(message)

    monkeypatch.setattr("inference_recommendations_handler.lifecycle.job.on_event", broken)
    sent = event(ResourceType.JOB, "Delete", {}, {})
    with bucket() as responses:
        handle(sent, Invocation(clients=clients, log_stream="stream"))
    [response] = responses
    assert response["Status"] == "FAILED"
    assert response["PhysicalResourceId"] == "bert"
    assert response["Reason"].startswith("LookupError: no such thing in (hidden) This is a defect of cdk-inference")
    assert "stop it with `inference-recommender stop bert`" in response["Reason"]
    assert response["Reason"].endswith("CloudWatch Log Stream: stream")
    written = capsys.readouterr().out
    [line] = [each for each in map(json.loads, written.splitlines()) if each["message"].startswith("unexpected error")]
    assert (line["level"], line["errorCode"]) == ("ERROR", "LookupError")
    assert "raise LookupError(message)" in line["traceback"]
    assert "secret-signature" not in written
