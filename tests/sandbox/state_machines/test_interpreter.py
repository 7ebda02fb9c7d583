from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.clock import Clock
from inference_recommender_sandbox.state_machines import history
from inference_recommender_sandbox.state_machines.definition import parse_definition
from inference_recommender_sandbox.state_machines.execution import Execution
from inference_recommender_sandbox.state_machines.interpreter import Interpreter
from inference_recommender_sandbox.state_machines.state_error import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
TASK = {"Type": "Task", "Resource": FUNCTION, "End": True}


def _run(
    states: Mapping[str, Any],
    *,
    data: object = None,
    invoke: Callable[[Any], Any] = lambda payload: payload,
    seconds: float = 0,
    ascii_only: bool = True,
    **machine: Any,
) -> Execution:
    """Run states from the first; `invoke` is the function, an error that it raises is a function error.

    The function takes so many virtual seconds.
    """
    clock = Clock(1_000_000, start=0)
    definition = {"StartAt": next(iter(states)), "States": states, **machine}

    def call(_function: str, payload: bytes) -> tuple[bytes, str | None]:
        clock.sleep(seconds)
        try:
            return json.dumps(invoke(json.loads(payload)), ensure_ascii=ascii_only).encode(), None
        except StateError:
            raise
        except Exception as error:  # noqa: BLE001 - any error is the function's
            return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode(), "Unhandled"

    with clock.busy():
        execution = Execution(
            arn="arn:aws:states:us-east-1:123456789012:execution:m:e",
            name="e",
            state_machine_arn="arn:aws:states:us-east-1:123456789012:stateMachine:m",
            definition=parse_definition(json.dumps(definition)),
            role_arn="r",
            input=json.dumps({} if data is None else data),
            started_at=clock.now(),
        )
        Interpreter(execution, clock=clock, invoke=call).run()
    return execution


def _output(execution: Execution) -> Any:
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    return json.loads(execution.output or "")


def _seconds(execution: Execution) -> float:
    assert execution.stopped_at is not None
    return execution.stopped_at - execution.started_at


def test_polls_until_the_function_says_that_it_is_done() -> None:
    states = {
        "Wait": {"Type": "Wait", "SecondsPath": "$.waitSeconds", "Next": "Poll"},
        "Poll": {"Type": "Task", "Resource": FUNCTION, "Next": "Done?"},
        "Done?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "Succeed"}],
            "Default": "Wait",
        },
        "Succeed": {"Type": "Succeed"},
    }

    def poll(state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "polls": state["polls"] + 1, "done": state["polls"] == 9}

    execution = _run(states, data={"waitSeconds": 30, "polls": 0, "done": False}, invoke=poll)
    assert _output(execution)["polls"] == 10
    assert _seconds(execution) == pytest.approx(300, abs=2)


def test_retries_with_backoff_then_catches() -> None:
    calls: list[Any] = []

    def fail(payload: Any) -> None:
        calls.append(payload)
        raise ValueError("no")

    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 3, "BackoffRate": 2}]
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]
    states = {"Task": {**TASK, "Retry": retry, "Catch": catch}, "Caught": {"Type": "Succeed"}}
    execution = _run(states, data={"kept": 1}, invoke=fail)
    output = _output(execution)
    assert len(calls) == 4
    assert _seconds(execution) == pytest.approx(5 + 10 + 20, abs=2)
    assert output["kept"] == 1
    assert output["error"]["Error"] == "ValueError"
    assert json.loads(output["error"]["Cause"])["errorMessage"] == "no"


@pytest.mark.parametrize(("share", "seconds"), [(1, 5 + 10 + 15 + 15), (0.5, (5 + 10 + 15 + 15) / 2), (0, 0)])
def test_full_jitter_draws_each_delay_from_nothing_to_all_of_it(
    monkeypatch: pytest.MonkeyPatch, share: float, seconds: float
) -> None:
    def fail(_: Any) -> None:
        raise ValueError("no")

    monkeypatch.setattr(random, "uniform", lambda least, most: least + share * (most - least))
    retry = {"IntervalSeconds": 5, "MaxAttempts": 4, "BackoffRate": 2, "MaxDelaySeconds": 15, "JitterStrategy": "FULL"}
    execution = _run({"Task": {**TASK, "Retry": [{"ErrorEquals": ["States.ALL"], **retry}]}}, invoke=fail)
    assert execution.status == "FAILED"
    assert _seconds(execution) == pytest.approx(seconds, abs=2)


def test_an_error_that_nothing_catches_fails_the_execution() -> None:
    def fail(_: Any) -> None:
        raise KeyError("x")

    catch = [{"ErrorEquals": ["ValueError"], "Next": "Task"}]
    execution = _run({"Task": {**TASK, "Catch": catch}}, invoke=fail)
    assert (execution.status, execution.error) == ("FAILED", "KeyError")


def test_a_machine_has_so_much_time_and_no_more() -> None:
    states = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}
    execution = _run(states, TimeoutSeconds=600)
    assert execution.status == "TIMED_OUT"
    assert _seconds(execution) == pytest.approx(600, abs=1)


def test_paths_choose_and_place_data() -> None:
    states = {
        "Task": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "InputPath": "$.inner",
            "Parameters": {"FunctionName": FUNCTION, "Payload": {"a.$": "$.list[1]", "name.$": "$$.Execution.Name"}},
            "ResultSelector": {"answer.$": "$.Payload"},
            "ResultPath": "$.result.task",
            "OutputPath": "$.result",
            "End": True,
        }
    }
    execution = _run(states, data={"inner": {"list": [1, 2]}})
    assert _output(execution) == {"task": {"answer": {"a": 2, "name": "e"}}}


def test_a_null_result_path_drops_the_result() -> None:
    assert _output(_run({"Task": {**TASK, "ResultPath": None}}, data={"a": 1}, invoke=lambda _: 7)) == {"a": 1}


def test_fail_fails_and_pass_passes() -> None:
    states = {
        "Pass": {"Type": "Pass", "Result": 5, "ResultPath": "$.five", "Next": "Fail"},
        "Fail": {"Type": "Fail", "Error": "Mine", "Cause": "because"},
    }
    execution = _run(states)
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "Mine", "because")


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ({"Variable": "$.n", "NumericGreaterThan": 4}, True),
        ({"Variable": "$.n", "NumericLessThanEquals": 4}, False),
        ({"Variable": "$.s", "StringEquals": "text"}, True),
        ({"Variable": "$.s", "StringMatches": "te*"}, True),
        ({"Variable": "$.s", "NumericEquals": 5}, False),
        ({"Variable": "$.none", "IsPresent": False}, True),
        ({"Variable": "$.s", "IsString": True}, True),
        ({"Variable": "$.t", "TimestampLessThan": "2030-01-01T00:00:00Z"}, True),
        ({"Not": {"Variable": "$.n", "NumericEquals": 5}}, False),
        ({"And": [{"Variable": "$.n", "NumericEquals": 5}, {"Variable": "$.s", "StringEquals": "x"}]}, False),
        ({"Or": [{"Variable": "$.n", "NumericEquals": 5}, {"Variable": "$.s", "StringEquals": "x"}]}, True),
        ({"Variable": "$.n", "NumericEqualsPath": "$.m"}, True),
    ],
)
def test_choices(rule: dict[str, Any], holds: bool, **variables: str) -> None:
    states = {
        "Choice": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": True, "End": True},
        "No": {"Type": "Pass", "Result": False, "End": True},
    }
    data = {"n": 5, "m": 5, "s": "text", "t": "2026-01-01T00:00:00Z", **variables}
    assert _output(_run(states, data=data)) is holds


@pytest.mark.parametrize(
    ("pattern", "value", "holds"),
    [
        ("te*t", "test", True),
        ("te*t", "tent\nat", True),
        ("t?st", "test", False),
        ("t[e]st", "test", False),
        ("t[e]*", "t[e]st", True),
        (r"t\*t", "test", False),
        (r"t\*t", "t*t", True),
        (r"a\\\\*", r"a\\b", True),
    ],
)
def test_only_a_star_stands_for_other_characters(pattern: str, value: str, holds: bool) -> None:
    test_choices({"Variable": "$.s", "StringMatches": pattern}, holds, s=value)


@pytest.mark.parametrize("timestamp", ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01t00:00:00z", "20260101T000000Z"])
def test_a_timestamp_without_an_offset_is_none(timestamp: str) -> None:
    test_choices({"Variable": "$.t", "IsTimestamp": True}, holds=False, t=timestamp)


@pytest.mark.parametrize("rule", [{"Variable": "$.x", "IsNull": True}, {"Variable": "$.n", "NumericEqualsPath": "$.x"}])
def test_a_missing_variable_fails_and_does_not_go_to_the_default(rule: dict[str, Any]) -> None:
    states = {
        "Choice": {"Type": "Choice", "Choices": [{**rule, "Next": "Succeed"}], "Default": "Succeed"},
        "Succeed": {"Type": "Succeed"},
    }
    execution = _run(states, data={"n": 1})
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause == (
        "An error occurred while executing the state 'Choice' (entered at the event id #2). Invalid path '$.x': The "
        "choice state's condition path references an invalid value."
    )


def test_a_choice_reads_the_context_object() -> None:
    rule = {"Variable": "$$.Execution.Name", "StringEquals": "e"}
    test_choices(rule, holds=True)


def test_an_endless_loop_ends_at_the_limit_of_the_history() -> None:
    states = {
        "A": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "B"}],
            "Default": "A",
        },
        "B": {"Type": "Succeed"},
    }
    execution = _run(states, data={"done": False})
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause == "The execution reached the maximum number of history events (25000)."
    last = execution.history.events[-1]
    assert (last["id"], last["type"], last["previousEventId"]) == (25_000, "ExecutionFailed", 24_999)


def test_no_retry_and_no_catch_outlasts_the_limit_of_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_HISTORY_EVENTS", 50)

    def fail(_: Any) -> None:
        raise ValueError("no")

    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999_999, "BackoffRate": 1}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "End"}]
    execution = _run({"Task": {**TASK, "Retry": retry, "Catch": catch}, "End": {"Type": "Succeed"}}, invoke=fail)
    assert (execution.status, execution.error, len(execution.history.events)) == ("FAILED", "States.Runtime", 50)


@pytest.mark.parametrize(
    ("seconds", "cause"),
    [
        (1.5, "The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5"),
        (30.0, "The SecondsPath parameter cannot be parsed as a long value: $.s == 30.0"),
        (True, "The SecondsPath parameter cannot be parsed as a long value: $.s == true"),
        ("30", 'The SecondsPath parameter cannot be parsed as a long value: $.s == "30"'),
        (None, "The SecondsPath parameter cannot be parsed as a long value: $.s == null"),
        (-1, "The SecondsPath parameter references a negative value: $.s == -1"),
        (100_000_000, "Wait state delay is too long."),
        (..., "The SecondsPath parameter does not reference an input value: $.s"),
    ],
)
def test_a_wait_for_no_whole_number_of_seconds_fails(seconds: object, cause: str) -> None:
    data = {} if seconds is ... else {"s": seconds}
    execution = _run({"Wait": {"Type": "Wait", "SecondsPath": "$.s", "End": True}}, data=data)
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    where = "An error occurred while executing the state 'Wait' (entered at the event id #2)."
    assert execution.cause == f"{where} {cause}"


def test_a_wait_until_a_timestamp_without_an_offset_fails() -> None:
    states = {"Wait": {"Type": "Wait", "TimestampPath": "$.t", "End": True}}
    execution = _run(states, data={"t": "2026-01-01T00:00:00"})
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert "does not reference a valid ISO-8601 extended offset date-time" in (execution.cause or "")


def _caught(error: str) -> dict[str, Any]:
    catch = [{"ErrorEquals": [error], "Next": "Caught"}]
    return {"Task": {**TASK, "Catch": catch}, "Caught": {"Type": "Pass", "Result": "caught", "End": True}}


LIMIT = 262_144


def _text_of(size: int, character: str = "x") -> str:
    """Return a text whose JSON has so many bytes; two are its quotation marks."""
    return character * ((size - 2) // len(character.encode()))


@pytest.mark.parametrize("character", ["x", "ü"])
def test_a_result_of_256_kib_is_the_largest(character: str) -> None:
    fits, too_large = _text_of(LIMIT, character), _text_of(LIMIT + 2, character)

    def response(_: Any) -> str:
        return responses.pop(0)

    responses = [fits]
    assert _output(_run({"Task": TASK}, invoke=response, ascii_only=False)) == fits
    responses = [too_large]
    execution = _run({"Task": TASK}, invoke=response, ascii_only=False)
    assert (execution.status, execution.error) == ("FAILED", "States.DataLimitExceeded")
    assert execution.cause == (
        f"The state/task '{FUNCTION}' returned a result with a size exceeding the maximum number of bytes service "
        "limit."
    )
    assert execution.history.events[-2]["type"] == "LambdaFunctionFailed"


@pytest.mark.parametrize(
    ("catcher", "caught"), [("States.DataLimitExceeded", True), ("States.ALL", False), ("States.TaskFailed", False)]
)
def test_only_its_own_name_catches_a_result_that_is_too_large(catcher: str, caught: bool) -> None:
    execution = _run(_caught(catcher), invoke=lambda _: _text_of(LIMIT + 1))
    assert execution.status == ("SUCCEEDED" if caught else "FAILED")


def test_an_output_that_is_too_large_fails_the_execution() -> None:
    half = _text_of(LIMIT // 2)
    states = {
        "Pass": {"Type": "Pass", "Result": half, "ResultPath": "$.a", "Next": "Again"},
        "Again": {"Type": "Pass", "Result": half, "ResultPath": "$.b", "End": True},
    }
    execution = _run(states)
    assert (execution.status, execution.error) == ("FAILED", "States.DataLimitExceeded")
    assert execution.cause == (
        "The state/task 'Again' returned a result with a size exceeding the maximum number of bytes service limit."
    )


def test_a_text_with_half_a_surrogate_pair_passes() -> None:
    assert _output(_run({"Task": TASK}, data={"s": "\ud800"})) == {"s": "\ud800"}


@pytest.mark.parametrize("catcher", ["States.Runtime", "States.ALL", "States.TaskFailed"])
def test_nothing_catches_a_runtime_error(catcher: str) -> None:
    states = _caught(catcher)
    states["Task"] |= {"InputPath": "$.none", "Retry": [{"ErrorEquals": [catcher]}]}
    execution = _run(states)
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert _seconds(execution) < 1


def test_a_result_that_cannot_be_placed_can_be_caught() -> None:
    states = _caught("States.ResultPathMatchFailure")
    states["Task"] |= {"ResultPath": "$.a.b"}
    assert _output(_run(states, data={"a": 5})) == "caught"


@pytest.mark.parametrize("resource", [FUNCTION, "arn:aws:states:::lambda:invoke"])
def test_a_task_that_takes_too_long_fails_at_its_timeout(resource: str) -> None:
    parameters = {"Parameters": {"FunctionName": FUNCTION}} if ":::" in resource else {}
    states = {"Task": {**TASK, "Resource": resource, "TimeoutSeconds": 60, **parameters}}
    execution = _run(states, seconds=300)
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "States.Timeout", None)
    assert _seconds(execution) == pytest.approx(60, abs=1)
    timed_out = execution.history.events[-2]
    kind = "TaskTimedOut" if ":::" in resource else "LambdaFunctionTimedOut"
    assert timed_out["type"] == kind
    assert timed_out[f"{kind[0].lower()}{kind[1:]}EventDetails"]["error"] == "States.Timeout"


def test_the_machine_s_time_ends_a_task_too() -> None:
    execution = _run({"Task": TASK}, seconds=300, TimeoutSeconds=100)
    assert (execution.status, execution.error) == ("TIMED_OUT", None)
    assert _seconds(execution) == 100


def test_a_retry_is_counted_anew_for_each_retrier() -> None:
    """The example of AWS's page on errors: ErrorA, ErrorB, ErrorC, ErrorB; the fourth finds its retrier used up."""
    errors = ["ErrorA", "ErrorB", "ErrorC", "ErrorB"]

    def fail(_: Any) -> None:
        raise type(errors.pop(0), (Exception,), {})

    retry = [
        {"ErrorEquals": ["ErrorA", "ErrorB"], "IntervalSeconds": 10, "BackoffRate": 2.0, "MaxAttempts": 2},
        {"ErrorEquals": ["ErrorC"], "IntervalSeconds": 50},
    ]
    execution = _run({"Task": {**TASK, "Retry": retry}}, invoke=fail)
    assert (execution.status, execution.error, errors) == ("FAILED", "ErrorB", [])
    assert _seconds(execution) == pytest.approx(10 + 20 + 50, abs=2)


def _kinds(execution: Execution) -> list[tuple[str, int]]:
    return [(event["type"], event["previousEventId"]) for event in execution.history.events]


def test_a_timed_out_execution_ends_in_that_event() -> None:
    execution = _run({"Wait": {"Type": "Wait", "Seconds": 25, "End": True}}, TimeoutSeconds=3)
    assert _kinds(execution) == [("ExecutionStarted", 0), ("WaitStateEntered", 0), ("ExecutionTimedOut", 0)]
    assert execution.history.events[-1]["executionTimedOutEventDetails"] == {"error": "States.Timeout"}
    assert execution.stopped_at == execution.started_at + 3


@pytest.mark.parametrize(
    ("fail", "details"),
    [
        ({"Error": "E", "Cause": "c"}, {"error": "E", "cause": "c"}),
        ({"ErrorPath": "$.e"}, {"error": "of the input"}),
        ({}, {}),
    ],
)
def test_a_failed_execution_s_event_has_what_the_state_gives(fail: dict[str, str], details: dict[str, str]) -> None:
    execution = _run({"Fail": {"Type": "Fail", **fail}}, data={"e": "of the input"})
    assert _kinds(execution) == [("ExecutionStarted", 0), ("FailStateEntered", 0), ("ExecutionFailed", 2)]
    assert execution.history.events[-1]["executionFailedEventDetails"] == details
    assert (execution.error, execution.cause) == (details.get("error"), details.get("cause"))


@pytest.mark.parametrize(
    ("task", "prefix", "details"),
    [
        (
            TASK,
            "LambdaFunction",
            {"input": "{}", "inputDetails": {"truncated": False}, "resource": FUNCTION, "timeoutInSeconds": 9},
        ),
        (
            {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True},
            "Task",
            {
                "parameters": json.dumps({"FunctionName": FUNCTION, "Payload": {}}),
                "region": "us-east-1",
                "resource": "invoke",
                "resourceType": "lambda",
                "timeoutInSeconds": 9,
            },
        ),
    ],
)
def test_a_task_s_events_are_those_of_its_kind(task: dict[str, Any], prefix: str, details: dict[str, Any]) -> None:
    state = {**task, "TimeoutSeconds": 9}
    if prefix == "Task":
        state["Parameters"] = {"FunctionName": FUNCTION, "Payload.$": "$"}
    execution = _run({"Task": state}, invoke=lambda _: 7)
    assert _kinds(execution) == [
        ("ExecutionStarted", 0),
        ("TaskStateEntered", 0),
        (f"{prefix}Scheduled", 2),
        (f"{prefix}Started", 3),
        (f"{prefix}Succeeded", 4),
        ("TaskStateExited", 5),
        ("ExecutionSucceeded", 6),
    ]
    assert execution.history.events[2][f"{prefix[0].lower()}{prefix[1:]}ScheduledEventDetails"] == details
