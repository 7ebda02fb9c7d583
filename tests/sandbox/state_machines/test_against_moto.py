"""Compares the sandbox's interpreter with moto's, on the state machine that the library synthesises.

Each outcome must be the same: status, error, number of calls, what they were called with, and when. Where moto departs
from AWS, the test says so and holds that it does: a moto that agrees is noticed.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.cdk_inference_recommender.synthesis import (
    default_job,
    new_stack,
    state_machine_definition,
    template_of,
)

from .both_interpreters import Outcome, Step, run_both

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
POLL = {"task": "wait", "waitSeconds": 30, "done": False, "polls": 0}
DONE = Step(response={"done": True})
LAMBDA_ERRORS = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
)
CRASH = Step(error="Runtime.ExitError")
THROTTLED = Step(error="Lambda.TooManyRequestsException", seconds=0)
COMPUTE_SECONDS = 5
"""What the computer needs for a run counts on the clock; on a machine that others use too, that is seconds."""


@cache
def _definition() -> dict[str, Any]:
    stack = new_stack()
    default_job(stack)
    text = json.dumps(state_machine_definition(template_of(stack)))
    definition: dict[str, Any] = json.loads(text.replace("HANDLER", FUNCTION))
    return definition


def _call_seconds() -> int:
    return int(_definition()["States"]["Poll"]["TimeoutSeconds"])


def _agree(ours: Outcome, motos: Outcome) -> bool:
    same = (ours.status, ours.error, list(ours.payloads)) == (motos.status, motos.error, list(motos.payloads))
    times = [(*ours.calls, ours.seconds), (*motos.calls, motos.seconds)]
    return same and all(abs(a - b) <= COMPUTE_SECONDS for a, b in zip(*times, strict=True))


def _run(
    *script: Step, seed: int = 0, definition: dict[str, Any] | None = None, **state: Any
) -> tuple[Outcome, Outcome]:
    return run_both(definition or _definition(), POLL | state, script, seed=seed)


@pytest.mark.parametrize(
    ("script", "status", "error", "calls"),
    [
        pytest.param([DONE], "SUCCEEDED", None, 1, id="done at once"),
        pytest.param([Step(response={"waitSeconds": 600}), Step(), DONE], "SUCCEEDED", None, 3, id="polls"),
        pytest.param([Step(response={"waitSeconds": 0}), DONE], "SUCCEEDED", None, 2, id="no wait"),
        pytest.param([THROTTLED] * 3 + [DONE], "SUCCEEDED", None, 4, id="throttled"),
        pytest.param([THROTTLED] * 25 + [DONE], "SUCCEEDED", None, 26, id="throttled as long as it may be"),
        pytest.param([THROTTLED] * 26 + [DONE], "SUCCEEDED", None, 27, id="throttled for too long, then responds"),
        pytest.param([THROTTLED] * 100, "FAILED", "Lambda.TooManyRequestsException", 39, id="throttled for ever"),
        pytest.param([CRASH, CRASH, DONE], "SUCCEEDED", None, 3, id="crashes twice"),
        pytest.param([CRASH] * 3 + [DONE], "SUCCEEDED", None, 4, id="crashes, then responds"),
        pytest.param([CRASH] * 100, "FAILED", "Runtime.ExitError", 6, id="crashes for ever"),
        pytest.param(
            [CRASH, THROTTLED, CRASH, THROTTLED, DONE], "SUCCEEDED", None, 5, id="each retrier counts its own"
        ),
        pytest.param([CRASH, Step(), CRASH, CRASH, DONE], "SUCCEEDED", None, 5, id="another visit counts anew"),
        pytest.param([Step(response={"waitSeconds": 80_000})] * 3, "TIMED_OUT", None, 2, id="25 hours are over"),
        pytest.param([Step(response={"waitSeconds": "soon"})], "FAILED", "States.Runtime", 1, id="a wait for a text"),
        pytest.param([Step(response={"waitSeconds": 1.5})], "FAILED", "States.Runtime", 1, id="a wait for a fraction"),
        pytest.param(
            [Step(response={"waitSeconds": -1})], "FAILED", "States.Runtime", 1, id="a wait for less than none"
        ),
        pytest.param([Step(without=("waitSeconds",))], "FAILED", "States.Runtime", 1, id="a wait for nothing"),
        pytest.param([Step(response={"done": "yes"}), DONE], "SUCCEEDED", None, 2, id="done is no boolean"),
    ],
)
def test_both_run_the_library_s_state_machine_alike(
    script: list[Step], status: str, error: str | None, calls: int
) -> None:
    ours, motos = _run(*script)
    assert _agree(ours, motos), (ours, motos)
    assert (ours.status, ours.error, len(ours.calls)) == (status, error, calls)


def test_both_retry_with_the_same_jitter() -> None:
    delays = set()
    for seed in range(3):
        ours, motos = _run(CRASH, CRASH, DONE, seed=seed)
        assert _agree(ours, motos), (ours, motos)
        delays.add(round(sum(later - earlier for earlier, later in pairwise(ours.calls))))
    assert len(delays) > 1


STEPS = st.builds(
    Step,
    seconds=st.integers(min_value=0, max_value=60),
    response=st.fixed_dictionaries({}, optional={"waitSeconds": st.integers(min_value=0, max_value=3600)}),
    error=st.sampled_from([None, None, *LAMBDA_ERRORS, "ValueError", "Runtime.ExitError", "Sandbox.Timedout"]),
)


@settings(max_examples=25, deadline=None)
@given(script=st.lists(STEPS, max_size=8), seed=st.integers(min_value=0, max_value=999))
@example(script=[CRASH] * 3 + [THROTTLED] * 2, seed=1)
def test_both_run_any_script_alike(script: list[Step], seed: int) -> None:
    ours, motos = _run(*script, seed=seed)
    assert _agree(ours, motos), (ours, motos)


def test_both_end_a_call_that_takes_too_long_at_its_timeout() -> None:
    ours, motos = _run(Step(seconds=_call_seconds() + 100), DONE)
    assert _agree(ours, motos), (ours, motos)
    assert (ours.status, len(ours.calls)) == ("SUCCEEDED", 2)
    assert ours.calls[1] - ours.calls[0] < _call_seconds() + 100


def test_both_end_the_execution_at_its_timeout_though_a_call_is_under_way() -> None:
    limit = int(_definition()["TimeoutSeconds"])
    ours, motos = _run(Step(response={"waitSeconds": limit - 80}), Step(seconds=_call_seconds() - 1))
    assert _agree(ours, motos), (ours, motos)
    assert (ours.status, len(ours.calls)) == ("TIMED_OUT", 2)
    assert ours.seconds == pytest.approx(limit, abs=COMPUTE_SECONDS)


def test_deviation_moto_goes_to_the_default_where_a_choice_s_variable_is_missing() -> None:
    """AWS fails with States.Runtime (Developer Guide, Choice); moto polls on until the machine's time is over."""
    ours, motos = _run(Step(without=("done",)), Step(response={"done": True}))
    assert not _agree(ours, motos)
    assert (ours.status, ours.error, len(ours.calls)) == ("FAILED", "States.Runtime", 1)
    assert (motos.status, len(motos.calls)) == ("SUCCEEDED", 2)


def test_deviation_moto_s_states_all_takes_a_result_that_is_too_large() -> None:
    """AWS's page on errors excludes States.DataLimitExceeded from States.ALL; a recording of 2024 doesn't."""
    ours, motos = _run(Step(response={"text": "x" * 262_144}))
    assert not _agree(ours, motos)
    assert (ours.status, ours.error, len(ours.calls)) == ("FAILED", "States.DataLimitExceeded", 1)
    assert (motos.status, len(motos.calls)) == ("SUCCEEDED", 2)


def test_deviation_moto_s_states_all_takes_a_runtime_error() -> None:
    """AWS's page on errors excludes States.Runtime from States.ALL."""
    definition = json.loads(json.dumps(_definition()))
    definition["States"]["Poll"]["Parameters"] = {"a.$": "$.missing"}
    ours, motos = _run(definition=definition)
    assert not _agree(ours, motos)
    assert (ours.status, ours.error, len(ours.calls)) == ("FAILED", "States.Runtime", 0)
    assert (motos.status, len(motos.calls)) == ("SUCCEEDED", 1)
