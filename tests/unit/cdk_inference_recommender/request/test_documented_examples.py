"""What public documents show must be accepted, if need be with a warning."""

from __future__ import annotations

import pytest

from cdk_inference_recommender.request import Severity, check_request

from .request_documents import ADVANCED, DEFAULT, MODEL_NAME, Document, with_value

THREE_INSTANCE_TYPES = [{"InstanceType": name} for name in ("ml.c5.xlarge", "ml.m5.xlarge", "ml.r5.xlarge")]


def load_test(traffic: Document, **config: object) -> Document:
    return with_value(ADVANCED, ("InputConfig",), {**ADVANCED["InputConfig"], **config, "TrafficPattern": traffic})


def phases(*numbers: tuple[int, int, int]) -> Document:
    members = ("InitialNumberOfUsers", "SpawnRate", "DurationInSeconds")
    return {"TrafficType": "PHASES", "Phases": [dict(zip(members, phase, strict=True)) for phase in numbers]}


DEVELOPER_GUIDE = load_test(phases((1, 60, 300), (5, 1, 300)), EndpointConfigurations=THREE_INSTANCE_TYPES)

EXAMPLES: dict[str, tuple[Document, list[str]]] = {
    "developer guide, inference recommendation": (DEFAULT, []),
    "developer guide, inference recommendation for a model's name": (MODEL_NAME, []),
    "developer guide, existing endpoint": (
        with_value(DEFAULT, ("InputConfig", "Endpoints"), [{"EndpointName": "my-endpoint"}]),
        ["ExistingEndpointUnderLoad"],
    ),
    # Its spawn rate is beyond the 3 that the same page allows, and its second phase starts far below the first's end.
    "developer guide, load test": (DEVELOPER_GUIDE, ["PhaseContinuity", "SpawnRateMaximum"]),
    "developer guide, load test by the CLI": (load_test(phases((1, 60, 300))), ["SpawnRateMaximum"]),
    "developer guide, stairs of 600 s in 5 steps": (
        load_test(
            {"TrafficType": "STAIRS", "Stairs": {"DurationInSeconds": 600, "NumberOfSteps": 5, "UsersPerStep": 2}}
        ),
        [],
    ),
    "amazon-sagemaker-examples, optimize_endpoint_scaling": (
        load_test(
            phases((1, 1, 3600)),
            Endpoints=[{"EndpointName": "my-endpoint"}],
            EndpointConfigurations=[{"InstanceType": "ml.c5.xlarge"}],
            ResourceLimit={"MaxNumberOfTests": 2, "MaxParallelOfTests": 2},
        ),
        ["ExistingEndpointUnderLoad"],
    ),
    "flytekit, load test": (
        load_test(
            phases((1, 1, 120)),
            EndpointConfigurations=THREE_INSTANCE_TYPES[:2],
            ResourceLimit={"MaxNumberOfTests": 10, "MaxParallelOfTests": 2},
        ),
        [],
    ),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_is_accepted(example: str) -> None:
    document, warnings = EXAMPLES[example]
    problems = check_request(document)
    assert [problem.rule for problem in problems] == warnings
    assert all(problem.severity is Severity.WARNING for problem in problems)


def test_a_misspelling_in_the_developer_guide_is_reported() -> None:
    document = with_value(DEVELOPER_GUIDE, ("InputConfig", "ResourceLimits"), {"MaxNumberOfTests": 10})
    assert "Did you mean ResourceLimit?" in [problem.remedy for problem in check_request(document)]
