"""The state machine's retries: they outlast an outage of Lambda, and end before CloudFormation's time is over."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING

import pytest

from inference_recommendations_handler.endpoint import preparation
from inference_recommendations_handler.lifecycle import create_retry, deletion, wait
from inference_recommendations_handler.protocol.contract import (
    CALL_SECONDS,
    FUNCTION_TIMEOUT_SECONDS,
    IN_FLIGHT_SECONDS,
    JOB_SERVICE_TIMEOUT_SECONDS,
    WAIT_SERVICE_TIMEOUT_SECONDS,
    WAIT_STAGE_SECONDS,
    ResourceType,
)
from tests.lifecycle.retriers import REFUSED_BY_LAMBDA, Retries, longest_delay

from .synthesis import Json, default_job, new_stack, only, resources, state_machine_definition, template_of

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNS = 2000
OUTAGES = (60, 120)
POLL_INTERVAL = 30
REFUSED_CALL_SECONDS = 1
"""Lambda refuses a call within milliseconds, and Step Functions takes some more for an attempt."""


@pytest.fixture(scope="module")
def template() -> Json:
    stack = new_stack()
    default_job(stack)
    return template_of(stack)


@pytest.fixture(scope="module")
def states(template: Json) -> Mapping[str, Json]:
    found: Mapping[str, Json] = state_machine_definition(template)["States"]
    return found


def longest(state: Json) -> float:
    """Seconds until a task is over that fails with every error as often as it is retried, and then once more."""
    seconds = float(state["TimeoutSeconds"])
    for retrier in state["Retry"]:
        refused = set(retrier["ErrorEquals"]) <= set(REFUSED_BY_LAMBDA)
        call = REFUSED_CALL_SECONDS if refused else state["TimeoutSeconds"]
        seconds += sum(longest_delay(retrier, count) + call for count in range(retrier["MaxAttempts"]))
    return seconds


def longest_to_answer(states: Mapping[str, Json]) -> float:
    """Seconds from a poll until CloudFormation is answered, whatever fails."""
    return longest(states["Poll"]) + longest(states["Respond"])


def refused_until(state: Json, begins: float, ends: float, *, code: str, chance: Random) -> tuple[bool, float]:
    """Return whether a task that Lambda refuses succeeds in the end, and when it does or gives up."""
    retries, now = Retries(state["Retry"]), begins
    while now < ends:
        delay = retries.delay(code, chance)
        if delay is None:
            return False, now
        now += delay
    return True, now


def test_the_sum_at_the_constants_is_that_of_the_definition(states: Mapping[str, Json]) -> None:
    assert (longest(states["Poll"]), longest(states["Respond"])) == (360, 282)
    assert states["Poll"]["TimeoutSeconds"] == CALL_SECONDS > FUNCTION_TIMEOUT_SECONDS


def test_a_stage_is_answered_in_time_whatever_fails_after_its_end(states: Mapping[str, Json]) -> None:
    last_poll = WAIT_STAGE_SECONDS + wait.GRACE_SECONDS + CALL_SECONDS + IN_FLIGHT_SECONDS
    assert last_poll + longest_to_answer(states) < WAIT_SERVICE_TIMEOUT_SECONDS


def test_a_deletion_is_answered_in_time_whatever_fails_at_its_end(states: Mapping[str, Json]) -> None:
    late = JOB_SERVICE_TIMEOUT_SECONDS - deletion._MARGIN_SECONDS
    last_poll = late + CALL_SECONDS + max(IN_FLIGHT_SECONDS, deletion.MAX_POLL_SECONDS)
    assert last_poll + longest_to_answer(states) < JOB_SERVICE_TIMEOUT_SECONDS


def test_the_pause_of_a_scalable_target_is_answered_in_time_whatever_fails_at_its_end(
    states: Mapping[str, Json],
) -> None:
    last_poll = WAIT_STAGE_SECONDS + CALL_SECONDS + preparation.POLL_SECONDS
    assert last_poll + longest_to_answer(states) < WAIT_SERVICE_TIMEOUT_SECONDS


def test_the_queue_gives_a_reason_before_the_state_machine_ends_its_execution(
    template: Json, states: Mapping[str, Json]
) -> None:
    longest_timeout = 24 * 3600
    interval = max(create_retry.QUOTA_INTERVAL_SECONDS, longest_timeout / create_retry.MAX_LOOPS)
    last_poll = longest_timeout + CALL_SECONDS + interval
    assert last_poll + longest_to_answer(states) < state_machine_definition(template)["TimeoutSeconds"]


def test_cloudformation_waits_as_long_as_the_sums_assume(template: Json) -> None:
    job = only(template, ResourceType.JOB)
    wait_stages = resources(template, ResourceType.WAIT).values()
    assert job["Properties"]["ServiceTimeout"] == str(JOB_SERVICE_TIMEOUT_SECONDS)
    assert {wait_stage["Properties"]["ServiceTimeout"] for wait_stage in wait_stages} == {
        str(WAIT_SERVICE_TIMEOUT_SECONDS)
    }
    assert all(wait_stage["Properties"]["HandOverAfterSeconds"] <= WAIT_STAGE_SECONDS for wait_stage in wait_stages)


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("code", REFUSED_BY_LAMBDA)
def test_an_outage_of_lambda_in_mid_stage_fails_under_one_stage_in_a_hundred(
    states: Mapping[str, Json], code: str, outage: int
) -> None:
    failed = unanswered = 0
    for seed in range(RUNS):
        chance = Random(seed)  # noqa: S311 - not cryptography
        succeeded, now = refused_until(
            states["Poll"], chance.uniform(0, POLL_INTERVAL), outage, code=code, chance=chance
        )
        if not succeeded:
            failed += 1
            unanswered += not refused_until(states["Respond"], now, outage, code=code, chance=chance)[0]
    assert failed < RUNS / 100
    assert unanswered == 0


@pytest.mark.parametrize("code", REFUSED_BY_LAMBDA)
def test_an_answer_alone_outlasts_an_outage_of_a_minute(states: Mapping[str, Json], code: str) -> None:
    for seed in range(RUNS):
        assert refused_until(states["Respond"], 0, 60, code=code, chance=Random(seed))[0]  # noqa: S311


@pytest.mark.parametrize("executions", [100, 250])
def test_executions_that_throttle_each_other_all_get_through(states: Mapping[str, Json], executions: int) -> None:
    """A stack has at most some hundred jobs, and the smallest concurrency quota of an account is 10."""
    concurrency, call_seconds, chance = 10, 1.0, Random(0)  # noqa: S311 - not cryptography
    running: list[float] = []
    due = [(0.0, Retries(states["Poll"]["Retry"])) for _ in range(executions)]
    while due:
        due.sort(key=lambda each: each[0])
        now, retries = due.pop(0)
        running = [end for end in running if end > now]
        if len(running) < concurrency:
            running.append(now + call_seconds)
            continue
        delay = retries.delay("Lambda.TooManyRequestsException", chance)
        assert delay is not None, f"{len(due) + 1} of {executions} executions gave up"
        due.append((now + delay, retries))


def test_retriers_count_their_own_attempts() -> None:
    retriers = [
        {"ErrorEquals": ["A"], "IntervalSeconds": 3, "MaxAttempts": 1, "BackoffRate": 1},
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 2, "MaxDelaySeconds": 3},
    ]
    retries, chance = Retries(retriers), Random(0)  # noqa: S311 - not cryptography
    assert [retries.delay(error, chance) for error in "BABAB"] == [2, 3, 3, None, None]
    jittered = Retries([retriers[0] | {"JitterStrategy": "FULL", "MaxAttempts": 1000}])
    drawn = [jittered.delay("A", chance) or math.inf for _ in range(1000)]
    assert 0 < min(drawn) < 0.1
    assert 2.9 < max(drawn) < 3
