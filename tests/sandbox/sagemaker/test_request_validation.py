"""A malformed request is refused in the service's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from inference_recommender_sandbox.sagemaker.errors import SerializationException, ValidationException
from inference_recommender_sandbox.sagemaker.request_validation import validate_input

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest

    from tests.sandbox.sagemaker.conftest import Aws

CREATE = "CreateInferenceRecommendationsJob"
PHASE = {"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 600}


def with_phases(aws: Aws, *phases: dict[str, Any]) -> dict[str, Any]:
    return aws.advanced_request(TrafficPattern={"TrafficType": "PHASES", "Phases": list(phases)})


def message(operation: str, document: dict[str, Any]) -> str:
    with pytest.raises(ValidationException) as refused:
        validate_input(operation, document)
    return str(refused.value.message)


def test_a_sound_request_passes(aws: Aws) -> None:
    validate_input(CREATE, aws.request())
    validate_input(CREATE, aws.advanced_request())


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        (
            "JobName",
            "my job",
            (
                "Value 'my job' at 'jobName' failed to satisfy constraint: Member must satisfy regular "
                "expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,63}"
            ),
        ),
        (
            "JobType",
            "Thorough",
            (
                "Value 'Thorough' at 'jobType' failed to satisfy constraint: "
                "Member must satisfy enum value set: [Default, Advanced]"
            ),
        ),
        (
            "JobDescription",
            "d" * 129,
            (
                f"Value '{'d' * 129}' at 'jobDescription' failed to satisfy constraint: "
                "Member must have length less than or equal to 128"
            ),
        ),
    ],
)
def test_a_broken_constraint_is_worded_as_the_service_does(aws: Aws, member: str, value: str, expected: str) -> None:
    assert message(CREATE, aws.request(**{member: value})) == f"1 validation error detected: {expected}"


def test_a_missing_member_must_not_be_null(aws: Aws) -> None:
    request = {name: value for name, value in aws.request().items() if name != "RoleArn"}
    assert message(CREATE, request) == (
        "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null"
    )


def test_items_are_counted_from_one(aws: Aws) -> None:
    request = with_phases(aws, PHASE, PHASE | {"DurationInSeconds": 5000})
    assert "Value '5000' at 'inputConfig.trafficPattern.phases.2.member.durationInSeconds'" in message(CREATE, request)


def test_every_broken_constraint_is_named_at_once(aws: Aws) -> None:
    reported = message(CREATE, aws.request(JobName="my job", JobType="Thorough"))
    assert reported.startswith("2 validation errors detected: ")
    assert "'jobName'" in reported
    assert "'jobType'" in reported


def test_rules_between_members_hold_too(aws: Aws) -> None:
    request = aws.request()
    request["InputConfig"]["TrafficPattern"] = {"TrafficType": "PHASES", "Phases": [PHASE]}
    assert "inputConfig.trafficPattern" in message(CREATE, request)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("600", "STRING_VALUE can not be converted to an Integer"),
        (True, "TRUE_VALUE can not be converted to an Integer"),
        ([], "Start of list found where not expected"),
        ({}, "Start of structure or map found where not expected."),
    ],
)
def test_a_number_must_be_a_number(aws: Aws, value: Any, expected: str) -> None:
    with pytest.raises(SerializationException) as refused:
        validate_input(CREATE, with_phases(aws, PHASE | {"DurationInSeconds": value}))
    assert refused.value.message == expected


def test_a_string_must_be_a_string(aws: Aws) -> None:
    with pytest.raises(SerializationException, match="NUMBER_VALUE can not be converted to a String"):
        validate_input(CREATE, aws.request(JobDescription=5))


def test_the_other_operations_are_checked_as_well() -> None:
    reported = message("ListInferenceRecommendationsJobSteps", {"JobName": "job", "MaxResults": 101})
    assert "'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100" in reported


def test_what_botocore_lets_through_is_refused_by_the_api(aws: Aws) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*'jobName'"):
        aws.create("my job")


def test_a_type_that_only_a_raw_call_can_send_is_refused_by_the_api(aws: Aws) -> None:
    def send_text_for_a_number(request: AWSRequest, **_: Any) -> None:
        document = json.loads(request.body)
        document["InputConfig"]["JobDurationInSeconds"] = "3600"
        request.data = json.dumps(document).encode()

    client = boto3.client(
        "sagemaker", region_name="us-east-1", aws_access_key_id="AKIAIOSFODNN7DEVELOP", aws_secret_access_key="none"
    )
    client.meta.events.register("before-sign.sagemaker.CreateInferenceRecommendationsJob", send_text_for_a_number)
    with pytest.raises(ClientError, match=r"SerializationException.*STRING_VALUE can not be converted to an Integer"):
        client.create_inference_recommendations_job(**aws.request())


def test_a_member_that_is_newer_than_the_model_passes() -> None:
    validate_input("CreateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c", "Newer": {"Than": "this"}})
