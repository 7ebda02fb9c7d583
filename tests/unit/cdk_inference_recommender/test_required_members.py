"""What a value can't do without is required by its type, and by Python."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Duration

from cdk_inference_recommender import (
    ContainerConfig,
    Domain,
    EndpointInputConfiguration,
    LatencyPercentile,
    ModelContainerConfig,
    ModelLatencyThreshold,
    ModelSource,
    PayloadConfig,
    Phase,
    Stairs,
    Task,
    TrafficPattern,
    ValidationError,
)

from .synthesis import MODEL_CONFIG

TWO_MINUTES = Duration.minutes(2)
PAYLOAD = PayloadConfig(sample_payload_url="s3://payloads/bert.tar.gz")


def omitting_is_an_error_of_the_types() -> None:
    """Only mypy reads it: each comment is an error where nothing is wrong with its line."""
    Phase(spawn_rate=1, duration=TWO_MINUTES)  # type: ignore[call-arg]
    Phase(initial_number_of_users=1, duration=TWO_MINUTES)  # type: ignore[call-arg]
    Phase(initial_number_of_users=1, spawn_rate=1)  # type: ignore[call-arg]
    Stairs(number_of_steps=2, users_per_step=1)  # type: ignore[call-arg]
    Stairs(duration=TWO_MINUTES, users_per_step=1)  # type: ignore[call-arg]
    Stairs(duration=TWO_MINUTES, number_of_steps=2)  # type: ignore[call-arg]
    TrafficPattern.stairs(number_of_steps=2, users_per_step=1)  # type: ignore[call-arg]
    TrafficPattern.stairs(duration=TWO_MINUTES, users_per_step=1)  # type: ignore[call-arg]
    TrafficPattern.stairs(duration=TWO_MINUTES, number_of_steps=2)  # type: ignore[call-arg]
    ModelLatencyThreshold(value=TWO_MINUTES)  # type: ignore[call-arg]
    ModelLatencyThreshold(percentile=LatencyPercentile.P95)  # type: ignore[call-arg]
    PayloadConfig(supported_content_types=["text/csv"])  # type: ignore[call-arg]
    ModelContainerConfig(task=Task.OTHER, payload_config=PAYLOAD)  # type: ignore[call-arg]
    ModelContainerConfig(domain=Domain.MACHINE_LEARNING, payload_config=PAYLOAD)  # type: ignore[call-arg]
    ModelContainerConfig(domain=Domain.MACHINE_LEARNING, task=Task.OTHER)  # type: ignore[call-arg]
    ModelSource.from_model("bert")  # type: ignore[call-arg]
    ModelSource.from_model("bert", container_config=ContainerConfig())  # type: ignore[arg-type]


def constructing_what_factories_make_is_an_error_of_the_types() -> None:
    """Only mypy reads it."""
    TrafficPattern()  # type: ignore[call-arg]
    TrafficPattern(phase_list=())  # type: ignore[call-arg]
    ModelSource()  # type: ignore[call-arg]
    ModelSource(model_name="bert")  # type: ignore[call-arg]
    EndpointInputConfiguration()  # type: ignore[call-arg]
    EndpointInputConfiguration(instance_type="ml.c5.xlarge")  # type: ignore[call-arg]


def the_rest_may_be_left_out() -> None:
    """Only mypy reads it."""
    ModelContainerConfig(domain=Domain.MACHINE_LEARNING, task=Task.OTHER, payload_config=PAYLOAD)
    ModelSource.from_model_package("arn", container_config=MODEL_CONFIG)
    ModelSource.from_model_package("arn", container_config=ContainerConfig())


@pytest.mark.parametrize(
    ("make", "members"),
    [
        (Phase, {"initial_number_of_users": 1, "spawn_rate": 1, "duration": TWO_MINUTES}),
        (Stairs, {"duration": TWO_MINUTES, "number_of_steps": 2, "users_per_step": 1}),
        (TrafficPattern.stairs, {"duration": TWO_MINUTES, "number_of_steps": 2, "users_per_step": 1}),
        (ModelLatencyThreshold, {"percentile": LatencyPercentile.P95, "value": TWO_MINUTES}),
        (PayloadConfig, {"sample_payload_url": "s3://payloads/bert.tar.gz"}),
        (
            ModelContainerConfig,
            {"domain": Domain.MACHINE_LEARNING, "task": Task.OTHER, "payload_config": PAYLOAD},
        ),
    ],
    ids=["phase", "stairs", "pattern", "threshold", "payload", "model's container"],
)
def test_a_required_member_cant_be_left_out(make: Any, members: dict[str, Any]) -> None:
    make(**members)
    for name in members:
        with pytest.raises(TypeError, match=rf"missing 1 required keyword-only argument: '{name}'"):
            make(**{other: value for other, value in members.items() if other != name})


@pytest.mark.parametrize("fields", [{}, {"phase_list": (), "stair_steps": None}])
@pytest.mark.parametrize(
    ("made", "factories"),
    [
        (TrafficPattern, "TrafficPattern.phases(...) or TrafficPattern.stairs(...)"),
        (ModelSource, "ModelSource.from_model_package(...) or ModelSource.from_model(...)"),
        (
            EndpointInputConfiguration,
            "EndpointInputConfiguration.real_time(...) or EndpointInputConfiguration.serverless(...)",
        ),
    ],
)
def test_only_factories_make_what_has_fields_that_exclude_each_other(made: Any, factories: str, fields: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        made(**fields)
    assert str(raised.value) == f"{made.__name__} has no public constructor. Use {factories}."


def test_a_model_s_container_has_what_any_container_has() -> None:
    config = ModelContainerConfig(
        domain=Domain.MACHINE_LEARNING, task=Task.OTHER, payload_config=PAYLOAD, framework_version="1.7-1"
    )
    assert (config.framework_version, config.framework, config.supported_instance_types) == ("1.7-1", None, ())
