from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.clock import Clock
from inference_recommender_sandbox.state_machines.definition import InvalidDefinitionError, parse_definition
from inference_recommender_sandbox.state_machines.execution import Execution
from inference_recommender_sandbox.state_machines.interpreter import Interpreter, StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
TASK = {"Type": "Task", "Resource": FUNCTION, "End": True}


def _run(
    states: Mapping[str, Any],
    *,
    data: object = None,
    invoke: Callable[[Any], Any] = lambda payload: payload,
    **machine: Any,
) -> Execution:
    """Run states from the first; `invoke` is the function, an error that it raises is a function error."""
    clock = Clock(1_000_000, start=0)
    definition = {"StartAt": next(iter(states)), "States": states, **machine}

    def call(_function: str, payload: bytes) -> tuple[bytes, str | None]:
        try:
            return json.dumps(invoke(json.loads(payload))).encode(), None
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
def test_choices(rule: dict[str, Any], holds: bool) -> None:
    states = {
        "Choice": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Pass", "Result": True, "End": True},
        "No": {"Type": "Pass", "Result": False, "End": True},
    }
    data = {"n": 5, "m": 5, "s": "text", "t": "2026-01-01T00:00:00Z"}
    assert _output(_run(states, data=data)) is holds


def test_a_missing_variable_fails() -> None:
    states = {"Choice": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "Choice"}]}}
    execution = _run(states)
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")


def test_an_endless_loop_ends_at_the_limit_of_the_history() -> None:
    states = {"A": {"Type": "Pass", "Next": "A"}}
    execution = _run(states)
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert "25000" in (execution.cause or "")


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": True}}}, "can't run states of type 'Parallel'"),
        ({"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}, "StartAt names 'B'"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}, "'B' is no state"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass"}}}, "neither Next nor End"),
        ({"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Succeed"}}}, "JSONPath only"),
        (
            {"StartAt": "A", "States": {"A": {**TASK, "Resource": "arn:aws:states:::sns:publish"}}},
            "Lambda functions only",
        ),
        ({"StartAt": "A", "States": {"A": {**TASK, "InputPath": "$..x"}}}, "reference paths"),
        ({"StartAt": "A", "States": {"A": {"Type": "Wait", "End": True}}}, "a Wait without a time"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_runs(definition: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinitionError) as error:
        parse_definition(json.dumps(definition))
    assert message in str(error.value)
