"""Twenty broken constructs tell all their problems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack, Stage

from cdk_inference_recommender import EndpointInputConfiguration, InferenceRecommendationsJob, TrafficPattern

from .request.request_documents import ADVANCED, with_value
from .synthesis import default_job, errors_of, load_test, new_app

if TYPE_CHECKING:
    from constructs import Construct

TWENTY = 20


def broken_job(scope: Construct, number: int) -> None:
    """Two problems each, of props or of a document."""
    name = f"Job{number}"
    match number % 4:
        case 0:
            stairs = TrafficPattern.stairs(duration=Duration.seconds(60), number_of_steps=2, users_per_step=4)
            load_test(scope, name, traffic_pattern=stairs)
        case 1:
            configurations = [
                EndpointInputConfiguration.real_time("ml.t2.medium"),
                EndpointInputConfiguration.real_time("c5"),
            ]
            load_test(scope, name, endpoint_configurations=configurations)
        case 2:
            default_job(scope, name, description="x" * 129, poll_interval=Duration.seconds(1))
        case _:
            document = with_value(ADVANCED, ("JobNme",), "x")
            document = with_value(document, ("InputConfig", "JobDurationInSeconds"), 20_000)
            InferenceRecommendationsJob.from_cli_input(scope, name, document)


PLACES = {
    0: ["traffic_pattern.stairs.users_per_step = 4", "traffic_pattern.stairs.duration = 60"],
    1: ["endpoint_configurations[1].instance_type = 'c5'", "endpoint_configurations[0].instance_type = 'ml.t2.medium'"],
    2: [f"description = '{'x' * 79}...", "poll_interval = 1"],
    3: ["JobNme = 'x'", "InputConfig.JobDurationInSeconds = 20000"],
}


def places_of(errors: list[str]) -> list[str]:
    return [line.partition(": ")[0] for line in errors]


def test_all_are_reported_in_one_synthesis_and_nothing_comes_after_them() -> None:
    app = new_app()
    stacks = [Stack(app, name) for name in ("First", "Second")]
    for number in range(TWENTY):
        broken_job(stacks[number // (TWENTY // 2)], number)
    assert places_of(errors_of(app)) == [
        f"[{stacks[number // (TWENTY // 2)].node.path}/Job{number}] {place}"
        for number in range(TWENTY)
        for place in PLACES[number % 4]
    ]


def test_a_stage_which_the_cdk_synthesises_first_and_by_itself_reports_all_of_its_own() -> None:
    app = new_app()
    broken_job(Stack(app, "Stack"), 0)
    stack = Stack(Stage(app, "Stage"), "Stack")
    for number in range(4):
        broken_job(stack, number)
    assert places_of(errors_of(app)) == [
        f"[Stage/Stack/Job{number}] {place}" for number in range(4) for place in PLACES[number]
    ]
