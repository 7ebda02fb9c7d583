"""Problems are reported at synthesis, all at once, in the spelling of the props."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Acknowledgment, Duration, Stack, Validations
from constructs import Construct

from cdk_inference_recommender import (
    ContainerConfig,
    EndpointInputConfiguration,
    InferenceRecommendationsJob,
    JobType,
    ModelSource,
    PayloadConfig,
    Phase,
    TrafficPattern,
    ValidationError,
)

from .synthesis import (
    PACKAGE_ARN,
    default_job,
    errors_of,
    given_role,
    load_test,
    new_app,
    new_stack,
    payloads,
    template_of,
    warnings_of,
)

PHASE = Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2))


def test_all_problems_of_all_jobs_are_reported_in_one_synthesis() -> None:
    app = new_app()
    first, second = Stack(app, "First"), Stack(app, "Second")
    load_test(
        first,
        "Load",
        traffic_pattern=TrafficPattern.phases(
            PHASE, Phase(initial_number_of_users=2, spawn_rate=1, duration=Duration.seconds(20))
        ),
        endpoint_configurations=[EndpointInputConfiguration.real_time("ml.t2.medium")],
    )
    default_job(first, "Default", job_name_prefix="a-name-of-more-than-twenty-four")
    default_job(second, "Default", poll_interval=Duration.seconds(1))
    assert [line.partition(":")[0] for line in errors_of(app)] == [
        "[First/Load] traffic_pattern.phases[1].duration = 20",
        "[First/Load] endpoint_configurations[0].instance_type = 'ml.t2.medium'",
        "[First/Default] job_name_prefix = 'a-name-of-more-than-twenty-four'",
        "[Second/Default] poll_interval = 1",
    ]


def test_a_problem_is_one_line_place_value_rule_remedy_source() -> None:
    stack = new_stack()
    load_test(
        stack,
        traffic_pattern=TrafficPattern.phases(
            PHASE, Phase(initial_number_of_users=3, spawn_rate=1, duration=Duration.seconds(20))
        ),
    )
    (problem,) = [line for line in errors_of(stack) if "duration" in line]
    assert problem == (
        "[Stack/Job] traffic_pattern.phases[1].duration = 20: a phase lasts 120 to 3600 s. Lengthen, shorten or split "
        "the phase. (PhaseDuration; AWS CLI reference, sagemaker create-inference-recommendations-job; SageMaker "
        "developer guide, Run a custom load test)"
    )


PAYLOAD = ContainerConfig(payload_config=PayloadConfig(sample_payload_url="s3://payloads/bert.zip"))


@pytest.mark.parametrize(
    ("props", "place"),
    [
        ({"description": "d" * 129}, "description = 'ddd"),
        (
            {"model": ModelSource.from_model_package(PACKAGE_ARN, container_config=PAYLOAD)},
            "model.container_config.payload_config.sample_payload_url = 's3://payloads/bert.zip'",
        ),
        (
            {
                "traffic_pattern": TrafficPattern.stairs(
                    duration=Duration.minutes(4), number_of_steps=2, users_per_step=9
                )
            },
            "traffic_pattern.stairs.users_per_step = 9",
        ),
        ({"job_duration": Duration.hours(6)}, "job_duration = 21600"),
        ({"existing_endpoint": "an endpoint"}, "existing_endpoint = 'an endpoint'"),
        (
            {
                "endpoint_configurations": [
                    EndpointInputConfiguration.real_time(
                        "ml.c5.xlarge", environment_parameter_ranges={"THREADS": ["1", "2", "3", "4"]}
                    )
                ]
            },
            "endpoint_configurations[0].environment_parameter_ranges['THREADS'] = ",
        ),
        ({"job_name_prefix": "bert-"}, "job_name_prefix = 'bert-'"),
        ({"job_name_prefix": "b" * 25}, "job_name_prefix = 'bbb"),
        ({"job_name_prefix": ""}, "job_name_prefix = ''"),
        ({"job_name": "b" * 65}, "job_name = 'bbb"),
        ({"job_name": ""}, "job_name = ''"),
        ({"job_name": "bert_1"}, "job_name = 'bert_1'"),
        ({"job_name": "bert", "job_name_prefix": "bert"}, "job_name_prefix: a job has either a name of its own or a"),
    ],
)
def test_a_problem_s_place_is_spelled_as_the_prop(props: dict[str, Any], place: str) -> None:
    stack = new_stack()
    load_test(stack, **props)
    assert place in errors_of(stack)[0]


@pytest.mark.parametrize(
    "props", [{"job_name_prefix": "b" * 24}, {"job_name": "b" * 64}, {"job_name_prefix": "b"}, {"job_name": "b-1"}]
)
def test_the_longest_and_the_shortest_names_are_taken(props: dict[str, Any]) -> None:
    stack = new_stack()
    default_job(stack, **props)
    assert template_of(stack)


def test_an_exact_name_that_derived_names_cut_is_warned_of() -> None:
    stack = new_stack()
    default_job(stack, job_name="b" * 41)
    (warning,) = warnings_of(stack)
    assert warning.startswith(f"job_name = '{'b' * 41}': names derived from the job's are cut at 40 characters")


@pytest.mark.parametrize(
    "parts",
    [
        ["Job"],
        ["A", "Very", "Long", "Path", "That", "Goes", "On", "And", "On"],
        ["1", "--", "Job-"],
        ["Ünïcode", "模型"],
    ],
)
def test_the_name_that_a_path_makes_is_a_sound_prefix(parts: list[str]) -> None:
    stack = new_stack()
    scope: Construct = stack
    for part in parts[:-1]:
        scope = Construct(scope, part)
    default_job(scope, parts[-1])
    assert template_of(stack)


def test_a_default_role_that_may_read_nothing_is_a_warning_that_can_be_acknowledged() -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob(stack, "Job", model=ModelSource.from_model_package(PACKAGE_ARN))
    Validations.of(job).acknowledge(
        Acknowledgment(id="cdk-inference-recommender:ImageRepositoriesUnnamed", reason="granted by its owner")
    )
    (warning,) = warnings_of(stack)
    assert warning.startswith(
        "input_buckets: the default execution role may read neither the sample payload nor the model's artifacts. Name "
        "their buckets in input_buckets, call bucket.grant_read(job), or give a role that may read them."
    )
    assert "(InputBucketsUnnamed; " in warning


def test_a_role_alone_is_enough() -> None:
    stack = new_stack()
    default_job(stack, role=given_role(stack))
    assert warnings_of(stack) == []


def test_a_default_role_that_may_pull_no_image_is_warned_of() -> None:
    stack = new_stack()
    default_job(stack, image_repositories=[])
    (warning,) = warnings_of(stack)
    assert warning.startswith("image_repositories: the default execution role may pull no container image.")


def test_a_sound_job_has_neither_problem_nor_warning() -> None:
    stack = new_stack()
    default_job(stack, "Default")
    load_test(stack, "Load")
    assert warnings_of(stack) == []


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_warning_can_be_acknowledged_by_its_rule(*, acknowledged: bool) -> None:
    stack = new_stack()
    job = default_job(stack, job_duration=Duration.hours(1))
    if acknowledged:
        Validations.of(job).acknowledge(
            Acknowledgment(id="cdk-inference-recommender:DefaultJobDuration", reason="It works for us")
        )
    reported = warnings_of(stack)
    assert len(reported) == (0 if acknowledged else 1)
    assert all(text.startswith("job_duration = 3600: ") for text in reported)


def test_a_timeout_shorter_than_the_job_is_warned_of() -> None:
    stack = new_stack()
    load_test(stack, timeout=Duration.minutes(30))
    (warning,) = warnings_of(stack)
    assert warning.startswith("timeout = 1800: is shorter than job_duration, so that the job would be stopped")


def test_values_newer_than_this_release_are_taken() -> None:
    stack = new_stack()
    load_test(stack, endpoint_configurations=[EndpointInputConfiguration.real_time("ml.z99.xlarge")])
    (warning,) = warnings_of(stack)
    assert "endpoint_configurations[0].instance_type = 'ml.z99.xlarge'" in warning


def test_a_pattern_of_no_phases_can_t_be_built() -> None:
    with pytest.raises(ValidationError, match=r"traffic_pattern\.phases: there is no phase\. Give at least one"):
        TrafficPattern.phases()


def test_an_advanced_job_lacks_what_it_needs() -> None:
    stack = new_stack()
    default_job(stack, job_type=JobType.ADVANCED)
    assert [line.partition(":")[0] for line in errors_of(stack)] == [
        "[Stack/Job] traffic_pattern",
        "[Stack/Job] endpoint_configurations",
    ]


def test_a_bucket_is_enough_for_the_default_role() -> None:
    stack = new_stack()
    default_job(stack, input_buckets=[payloads(stack)])
    assert template_of(stack)
