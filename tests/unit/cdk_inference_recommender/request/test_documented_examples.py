"""What AWS's own documents show must be accepted, if need be with a warning."""

from __future__ import annotations

import pytest

from cdk_inference_recommender.request import Severity, check_request

from .request_documents import ADVANCED, DEFAULT, Document, with_value

TRAFFIC = ("InputConfig", "TrafficPattern")

EXAMPLES: dict[str, tuple[Document, list[str]]] = {
    "Default job on a model package": (DEFAULT, []),
    "load test in two phases (developer guide)": (
        with_value(
            ADVANCED,
            TRAFFIC,
            {
                "TrafficType": "PHASES",
                "Phases": [
                    {"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 120},
                    {"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 120},
                ],
            },
        ),
        [],
    ),
    "phase with a SpawnRate of 60 (developer guide, against its own text)": (
        with_value(
            ADVANCED,
            TRAFFIC,
            {
                "TrafficType": "PHASES",
                "Phases": [{"InitialNumberOfUsers": 1, "SpawnRate": 60, "DurationInSeconds": 300}],
            },
        ),
        ["SpawnRateMaximum"],
    ),
    "stairs of 600 s in 5 steps (developer guide)": (
        with_value(
            ADVANCED,
            TRAFFIC,
            {
                "TrafficType": "STAIRS",
                "Stairs": {"DurationInSeconds": 600, "NumberOfSteps": 5, "UsersPerStep": 2},
            },
        ),
        [],
    ),
    "Advanced job on an existing endpoint (amazon-sagemaker-examples)": (
        with_value(ADVANCED, ("InputConfig", "Endpoints"), [{"EndpointName": "my-endpoint"}]),
        ["ExistingEndpointUnderLoad"],
    ),
    "three values of one environment parameter (developer guide)": (
        with_value(
            ADVANCED,
            ("InputConfig", "EndpointConfigurations"),
            [
                {
                    "InstanceType": "ml.c5.xlarge",
                    "EnvironmentParameterRanges": {
                        "CategoricalParameterRanges": [{"Name": "OMP_NUM_THREADS", "Value": ["2", "4", "10"]}]
                    },
                }
            ],
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
