"""Conversion of an execution's state to JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_recommendations_handler.endpoint import instance_count, preparation
from inference_recommendations_handler.lifecycle import create_retry, deletion, wait
from inference_recommendations_handler.lifecycle.job_selector import JobSelector
from inference_recommendations_handler.protocol.contract import StateKey
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent, InvalidEventError
from inference_recommendations_handler.stack.execution_state import PERMISSION_BOUND_SECONDS, ExecutionState, Task
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

EVENT = CustomResourceEvent.parse(
    {
        "RequestType": "Update",
        "RequestId": "r",
        "ResponseURL": RESPONSE_URL,
        "StackId": "arn:stack",
        "ResourceType": "Custom::InferenceRecommendationsJob",
        "LogicalResourceId": "Job",
        "PhysicalResourceId": "bert-1",
        "ResourceProperties": {"NamePrefix": "bert"},
        "RequestedAt": 5.0,
    },
    now=0.0,
)
SECONDS = st.floats(0, 1e9)
TEXT = st.none() | st.text()
COMMON = {
    "event": st.just(EVENT),
    "wait_seconds": st.integers(0, 10**6),
    "done": st.booleans(),
    "error": st.none() | st.just({"Error": "States.Timeout", "Cause": ""}),
    "denied_since": st.none() | SECONDS,
    "reason": TEXT,
    "failure": TEXT,
}
NAMES = st.lists(st.text()).map(tuple)
SELECTORS = st.builds(
    JobSelector,
    names=NAMES,
    excluded=NAMES,
    excluded_base=st.text(),
    may_be_in_flight=st.booleans(),
    not_owned=NAMES,
    base=st.text(),
)
STATES: st.SearchStrategy[ExecutionState] = st.one_of(
    st.builds(wait.State, owned=st.booleans(), last_seen=TEXT, **COMMON),
    st.builds(create_retry.State, name=st.text(), attempts=st.integers(0), **COMMON),
    st.builds(
        deletion.State,
        selector=SELECTORS,
        settles_at=SECONDS,
        watch_until=SECONDS,
        responded=st.booleans(),
        **COMMON,
    ),
    st.builds(preparation.State, responded=st.booleans(), **COMMON),
    st.builds(instance_count.State, requested=st.booleans(), **COMMON),
)


@given(STATES)
def test_a_state_is_the_same_after_its_way_through_the_state_machine(state: ExecutionState) -> None:
    document = json.loads(json.dumps(state.render()))
    assert type(state).parse(document, now=0) == state
    assert {key: document[key] for key in ("task", "waitSeconds", "done")} == {
        StateKey.TASK.value: state.task.value,
        StateKey.WAIT_SECONDS.value: state.wait_seconds,
        StateKey.DONE.value: state.done,
    }
    assert (StateKey.ERROR in document) == (state.error is not None)


@given(STATES)
def test_what_any_execution_contains_is_read_without_knowing_its_task(state: ExecutionState) -> None:
    common = ExecutionState.parse(state.render(), now=0)
    assert (common.task, common.event, common.reason, common.failure) == (
        state.task,
        state.event,
        state.reason,
        state.failure,
    )


@pytest.mark.parametrize(("seconds", "expected"), [(0.2, 1), (-5, 1), (2.6, 3), (70, 70)])
def test_a_pause_is_at_least_a_second_and_in_whole_seconds(seconds: float, expected: int) -> None:
    assert wait.State(event=EVENT, done=True).wait(seconds) == wait.State(event=EVENT, wait_seconds=expected)


def test_a_finished_execution_waits_no_longer() -> None:
    assert wait.State(event=EVENT, wait_seconds=30).finish() == wait.State(event=EVENT, done=True)


def test_denials_count_from_the_first_of_an_unbroken_sequence() -> None:
    state = wait.State(event=EVENT).record_denial(denied=True, now=10).record_denial(denied=True, now=200)
    assert state.denied_since == 10
    assert not state.is_denied_for_good(now=10 + PERMISSION_BOUND_SECONDS - 1)
    assert state.is_denied_for_good(now=10 + PERMISSION_BOUND_SECONDS)
    allowed = state.record_denial(denied=False, now=250)
    assert allowed == replace(state, denied_since=None)
    assert not allowed.is_denied_for_good(now=1e9)


def test_a_state_without_an_event_is_invalid() -> None:
    with pytest.raises(KeyError):
        ExecutionState.parse({"task": Task.WAIT.value}, now=0)
    with pytest.raises(InvalidEventError):
        ExecutionState.parse({"task": Task.WAIT.value, "event": {}}, now=0)
