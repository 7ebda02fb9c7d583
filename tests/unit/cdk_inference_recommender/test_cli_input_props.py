"""From props to a document and back, nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from aws_cdk import Duration, Size
from hypothesis import HealthCheck, given, settings

from cdk_inference_recommender.job.cli_input import JobProps, props_of
from cdk_inference_recommender.job.render_request import render_request
from cdk_inference_recommender.request import check_request

from .request.request_documents import ADVANCED, MODEL_NAME, Document, valid_documents, with_value, without

thorough = settings(suppress_health_check=[HealthCheck.too_slow])


def rendered(props: JobProps) -> Document:
    """The props as a document, by the way that the construct goes."""
    document = render_request(
        job_type=props["job_type"],
        role_arn="arn:aws:iam::123456789012:role/sagemaker",
        model=props["model"],
        description=props["description"],
        job_duration=props["job_duration"],
        traffic_pattern=props["traffic_pattern"],
        max_number_of_tests=props["max_number_of_tests"],
        max_parallel_of_tests=props["max_parallel_of_tests"],
        endpoint_configurations=props["endpoint_configurations"],
        existing_endpoint=props["existing_endpoint"],
        stopping_conditions=props["stopping_conditions"],
        output_kms_key_id=props["output_encryption_key"],
        compiled_output_s3_uri=props["compiled_output_s3_uri"],
        volume_kms_key_id=props["volume_encryption_key"],
        security_group_ids=[],
        subnet_ids=[],
    )
    tags = [{"Key": key, "Value": value} for key, value in props["tags"].items()]
    return {**document, **({"Tags": tags} if tags else {})}


def comparable(value: Any) -> Any:
    """Durations and sizes have no equality of their own."""
    match value:
        case Duration():
            return value.to_milliseconds()
        case Size():
            return value.to_bytes()
        case Mapping():
            return {name: comparable(member) for name, member in value.items()}
        case list() | tuple():
            return [comparable(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: comparable(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


def without_empty(value: Any) -> Any:
    """A document without the structures and lists that say nothing; props have no way to write them."""
    if isinstance(value, dict):
        kept = {name: without_empty(member) for name, member in value.items()}
        return {name: member for name, member in kept.items() if member not in ({}, [])}
    return [without_empty(item) for item in value] if isinstance(value, list) else value


def of_values(document: Document) -> Document:
    """The document without its network, which is made of constructs, and its name, which makes a prefix."""
    config = {name: value for name, value in document["InputConfig"].items() if name != "VpcConfig"}
    return {name: value for name, value in document.items() if name != "JobName"} | {"InputConfig": config}


def names_differ(document: Document) -> bool:
    """A parameter's name can stand twice in a document, but not in a mapping."""
    for configuration in document["InputConfig"].get("EndpointConfigurations", ()):
        ranges = configuration.get("EnvironmentParameterRanges", {}).get("CategoricalParameterRanges", ())
        names = [parameter["Name"] for parameter in ranges]
        if len(set(names)) < len(names):
            return False
    return True


@thorough
@given(valid_documents().filter(names_differ))
def test_props_become_a_document_and_the_same_props_again(document: Document) -> None:
    props = props_of(without_empty(document))
    assert comparable(props_of(rendered(props))) == comparable(props)


@thorough
@given(valid_documents().filter(names_differ))
def test_a_document_becomes_props_and_the_same_document_again(document: Document) -> None:
    again = rendered(props_of(document))
    assert without_empty(again) == without_empty(of_values(document))


@thorough
@given(valid_documents().filter(names_differ))
def test_the_rules_judge_both_alike(document: Document) -> None:
    document = without_empty(of_values(document))
    again = without_empty(rendered(props_of(document)))
    assert check_request(again) == check_request(document)


PATTERN = ("InputConfig", "TrafficPattern")
ON_STAIRS = with_value(
    ADVANCED,
    PATTERN,
    {"TrafficType": "STAIRS", "Stairs": {"DurationInSeconds": 240, "NumberOfSteps": 2, "UsersPerStep": 1}},
)


@pytest.mark.parametrize(
    ("document", "structure", "required", "left"),
    [
        (ADVANCED, (*PATTERN, "Phases", 0), ["InitialNumberOfUsers", "SpawnRate", "DurationInSeconds"], "Phases"),
        (ON_STAIRS, (*PATTERN, "Stairs"), ["DurationInSeconds", "NumberOfSteps", "UsersPerStep"], None),
        (ADVANCED, ("StoppingConditions", "ModelLatencyThresholds", 0), ["Percentile", "ValueInMilliseconds"], None),
        (MODEL_NAME, ("InputConfig", "ContainerConfig", "PayloadConfig"), ["SamplePayloadUrl"], None),
    ],
    ids=["phase", "stairs", "threshold", "payload"],
)
@pytest.mark.parametrize("instead", [None, "two"], ids=["missing", "of another type"])
def test_a_structure_that_lacks_what_the_props_require_is_left_out_alone(
    document: Document, structure: tuple[str | int, ...], required: list[str], left: str | None, instead: str | None
) -> None:
    for member in required:
        if instead is not None and member in {"Percentile", "SamplePayloadUrl"}:
            continue  # any text is one
        place = (*structure, member)
        broken = without(document, place) if instead is None else with_value(document, place, instead)
        again = rendered(props_of(broken))
        others = without(document, structure)
        if left is None and isinstance(structure[-1], int):
            others = without(document, structure[:-1])
        elif structure[-1] == "Stairs":
            others = with_value(document, PATTERN, {"TrafficType": "PHASES"})
        assert without_empty(again) == without_empty(of_values(others | {"RoleArn": again["RoleArn"]}))


@pytest.mark.parametrize("limit", [{}, {"MaxNumberOfTests": "x"}, {"MaxParallelOfTests": None}])
def test_a_limit_of_nothing_is_left_out(limit: Document) -> None:
    props = props_of(with_value(ADVANCED, ("InputConfig", "ResourceLimit"), limit))
    assert (props["max_number_of_tests"], props["max_parallel_of_tests"]) == (None, None)
