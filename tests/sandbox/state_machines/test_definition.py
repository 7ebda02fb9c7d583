from __future__ import annotations

import json
from typing import Any

import pytest

from inference_recommender_sandbox.state_machines.definition import InvalidDefinitionError, parse_definition

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
TASK = {"Type": "Task", "Resource": FUNCTION, "End": True}
INTEGRATED = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
END = {"Type": "Succeed"}
CHOICE = {"Variable": "$.n", "NumericEquals": 1, "Next": "End"}


def _machine(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states), "A"), "States": states, **fields}


def _task(**fields: Any) -> dict[str, Any]:
    return _machine({"A": TASK | fields})


def _retry(*retriers: Any) -> dict[str, Any]:
    return _task(Retry=list(retriers))


def _retrier(**fields: Any) -> dict[str, Any]:
    return _retry({"ErrorEquals": ["E"], **fields})


def _catch(*catchers: Any) -> dict[str, Any]:
    return _machine({"A": TASK | {"Catch": list(catchers)}, "End": END})


def _choices(*rules: Any) -> dict[str, Any]:
    return _machine({"A": {"Type": "Choice", "Choices": list(rules)}, "End": END})


def _refusal(definition: Any) -> str:
    text = definition if isinstance(definition, str) else json.dumps(definition)
    with pytest.raises(InvalidDefinitionError) as error:
        parse_definition(text)
    return str(json.loads(error.value.description)["message"])


def _case(definition: Any, *problems: str) -> Any:
    return pytest.param(definition, problems, id=problems[0])


SCHEMA = "SCHEMA_VALIDATION_FAILED: "
TRANSITION = "MISSING_TRANSITION_TARGET: "
ALONE = "States.ALL must appear alone and at end of list"


@pytest.mark.parametrize(
    ("definition", "problems"),
    [
        # The machine.
        _case([], SCHEMA + "Definition must be a valid JSON object at /"),
        _case({}, SCHEMA + "These fields are required: [States, StartAt] at /"),
        _case({"States": {"A": END}}, SCHEMA + "These fields are required: [StartAt] at /"),
        _case(_machine({}), SCHEMA + "Value cannot be empty at /States"),
        _case({"StartAt": "A", "States": []}, SCHEMA + "Expected value of type Object at /States"),
        _case(_machine({"A": END}, Coment="x"), SCHEMA + "Field 'Coment' is not supported at /"),
        _case(
            _machine({"A": END}, Version="2.0"), SCHEMA + "The field 'Version' should have one of these values: [1.0]"
        ),
        _case(
            _machine({"A": END}, TimeoutSeconds=0), SCHEMA + "Value 0 is not between 1 and 99999999 at /TimeoutSeconds"
        ),
        _case(_machine({"A": END}, TimeoutSeconds=1.5), SCHEMA + "Expected value of type Integer at /TimeoutSeconds"),
        _case(
            _machine({"A": END}, TimeoutSeconds=100_000_000),
            SCHEMA + "Value 100000000 is not between 1 and 99999999 at /TimeoutSeconds",
        ),
        _case(
            _machine({"A": END}, QueryLanguage="XPath"),
            SCHEMA + "The field 'QueryLanguage' should have one of these values: [JSONPath, JSONata] at /QueryLanguage",
        ),
        # Where states lead.
        _case(_machine({"A": END}, StartAt="B"), TRANSITION + "Missing 'Next' target: B at /StartAt"),
        _case(
            _machine({"A": {"Type": "Pass", "Next": "C"}, "B": {"Type": "Pass", "End": True}}),
            TRANSITION
            + "Missing 'Next' target: C at /States/A/Next, "
            + TRANSITION
            + 'State "B" is not reachable. at /States/B',
        ),
        _case(
            _machine({"A": END, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}),
            TRANSITION + 'State "B" is not reachable. at /States/B',
            TRANSITION + 'State "C" is not reachable. at /States/C',
        ),
        _case(
            _machine({"A": {"Type": "Choice", "Choices": [CHOICE], "Default": "B"}, "End": END}),
            TRANSITION + "Missing 'Next' target: B at /States/A/Default",
        ),
        _case(
            _choices(CHOICE, CHOICE | {"Next": "B"}),
            TRANSITION + "Missing 'Next' target: B at /States/A/Choices[1]/Next",
        ),
        _case(
            _task(Catch=[{"ErrorEquals": ["E"], "Next": "B"}]),
            TRANSITION + "Missing 'Next' target: B at /States/A/Catch[0]/Next",
        ),
        _case(
            _machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}),
            "MISSING_END_STATE: Workflow has no terminal state at null",
        ),
        _case(
            _machine({"A": {"Type": "Pass"}, "B": END}),
            SCHEMA + "Exactly one of these fields is required: [Next, End] at /States/A",
        ),
        _case(
            _machine({"A": {"Type": "Pass", "Next": "B", "End": True}, "B": END}),
            SCHEMA + "Exactly one of these fields is required: [Next, End] at /States/A",
        ),
        _case(
            _machine({"A": {"Type": "Pass", "End": False}, "B": END}),
            SCHEMA + "Exactly one of these fields is required: [Next, End] at /States/A",
        ),
        _case(_machine({"a" * 81: END}), "INVALID_STATE_NAME: A name has 1 to 80 characters at /States"),
        # States.
        _case(_machine({"A": 1}), SCHEMA + "Expected value of type Object at /States/A"),
        _case(
            _machine({"A": {"Type": "Sleep", "End": True}}),
            SCHEMA + "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, "
            "Parallel, Map] at /States/A/Type",
        ),
        _case(_machine({"A": {"End": True}}), SCHEMA + "Expected value of type String at /States/A/Type"),
        _case(_machine({"A": END | {"End": True}}), SCHEMA + "Field 'End' is not supported at /States/A"),
        _case(
            _machine({"A": {"Type": "Fail", "InputPath": "$"}}),
            SCHEMA + "Field 'InputPath' is not supported at /States/A",
        ),
        _case(
            _machine({"A": {"Type": "Pass", "End": True, "TimeoutSeconds": 1}}),
            SCHEMA + "Field 'TimeoutSeconds' is not supported at /States/A",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "Seconds": 1, "End": True, "Retry": []}}),
            SCHEMA + "Field 'Retry' is not supported at /States/A",
        ),
        _case(_task(Arguments={}), SCHEMA + "Field 'Arguments' is not supported at /States/A"),
        _case(_task(TimeoutSeconds=0), SCHEMA + "Value 0 is not between 1 and 99999999 at /States/A/TimeoutSeconds"),
        _case(_task(TimeoutSeconds=True), SCHEMA + "Expected value of type Integer at /States/A/TimeoutSeconds"),
        _case(_task(ResultPath="$$.Execution.Id"), SCHEMA + "Value is not a valid JSONPath: '$$.Execution.Id'"),
        _case(_task(InputPath="a.b"), SCHEMA + "Value is not a valid JSONPath: 'a.b' at /States/A/InputPath"),
        _case(
            _task(Parameters={"a": [{"b.$": 5}]}),
            SCHEMA + "Expected value of type Path at /States/A/Parameters/a[0]/b.$",
        ),
        _case(_task(Next=5, End=False), SCHEMA + "Expected value of type String at /States/A/Next"),
        _case(
            _machine({"A": {"Type": "Task", "End": True}}),
            SCHEMA + "The field 'Resource' is required but was missing at /States/A",
        ),
        _case(_task(Resource="f"), "INVALID_RESOURCE: Value is not a valid resource ARN: 'f' at /States/A/Resource"),
        _case(
            _machine({"A": INTEGRATED}),
            SCHEMA + "The field 'FunctionName' is required but was missing at /States/A/Parameters",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "End": True}}),
            SCHEMA + "Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath]",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "Seconds": 1, "SecondsPath": "$.s", "End": True}}),
            SCHEMA + "Exactly one of these fields is required: [Seconds, SecondsPath, Timestamp, TimestampPath]",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "Seconds": "$.s", "End": True}}),
            SCHEMA + "Expected value of type Integer at /States/A/Seconds",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "Seconds": 1.5, "End": True}}),
            SCHEMA + "Expected value of type Integer at /States/A/Seconds",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "Seconds": -1, "End": True}}),
            SCHEMA + "Value -1 is not between 0 and 99999999 at /States/A/Seconds",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "Seconds": 100_000_000, "End": True}}),
            SCHEMA + "Value 100000000 is not between 0 and 99999999 at /States/A/Seconds",
        ),
        _case(
            _machine({"A": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00", "End": True}}),
            SCHEMA + "Expected value of type Timestamp at /States/A/Timestamp",
        ),
        _case(
            _machine({"A": {"Type": "Fail", "Cause": "c", "CausePath": "$.c"}}),
            SCHEMA + "Exactly one of these fields is required: [Cause, CausePath] at /States/A",
        ),
        # Retry and Catch.
        _case(_task(Retry={}), SCHEMA + "Expected value of type Array at /States/A/Retry"),
        _case(_retry(5), SCHEMA + "Expected value of type Object at /States/A/Retry[0]"),
        _case(_retry({}), SCHEMA + "The field 'ErrorEquals' is required but was missing at /States/A/Retry[0]"),
        _case(_retry({"ErrorEquals": []}), SCHEMA + "Value cannot be empty at /States/A/Retry[0]/ErrorEquals"),
        _case(
            _retry({"ErrorEquals": [5]}), SCHEMA + "Expected value of type String at /States/A/Retry[0]/ErrorEquals[0]"
        ),
        _case(
            _retry({"ErrorEquals": ["States.All"]}),
            SCHEMA + "Error names that begin with 'States.' are reserved, and 'States.All' is none",
        ),
        _case(
            _retry({"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}),
            SCHEMA + f"{ALONE} at /States/A/Retry[0]/ErrorEquals[0]",
        ),
        _case(_retry({"ErrorEquals": ["E", "States.ALL"]}), SCHEMA + f"{ALONE} at /States/A/Retry[0]/ErrorEquals[1]"),
        _case(
            _retrier(BackoffRate=0.5),
            SCHEMA + "Value 0.5 is not between 1 and 99999999 at /States/A/Retry[0]/BackoffRate",
        ),
        _case(
            _retrier(IntervalSeconds=0), SCHEMA + "Value 0 is not between 1 and 99999999 at /States/A/Retry[0]/Interval"
        ),
        _case(_retrier(IntervalSeconds=1.5), SCHEMA + "Expected value of type Integer at /States/A/Retry[0]/Interval"),
        _case(
            _retrier(MaxAttempts=-1),
            SCHEMA + "Value -1 is not between 0 and 99999999 at /States/A/Retry[0]/MaxAttempts",
        ),
        _case(_retrier(MaxAttempts=1e8), SCHEMA + "Expected value of type Integer at /States/A/Retry[0]/MaxAttempts"),
        _case(
            _retrier(MaxAttempts=100_000_000),
            SCHEMA + "Value 100000000 is not between 0 and 99999999 at /States/A/Retry[0]/MaxAttempts",
        ),
        _case(
            _retrier(MaxDelaySeconds=5, IntervalSeconds=5),
            SCHEMA + "MaxDelaySeconds must be greater than IntervalSeconds, which is 5 at /States/A/Retry[0]/MaxDelay",
        ),
        _case(
            _retrier(MaxDelaySeconds=1),
            SCHEMA + "MaxDelaySeconds must be greater than IntervalSeconds, which is 1 at /States/A/Retry[0]/MaxDelay",
        ),
        _case(
            _retrier(MaxDelaySeconds=31_622_401),
            SCHEMA + "Value 31622401 is not between 1 and 31622400 at /States/A/Retry[0]/MaxDelaySeconds",
        ),
        _case(
            _retrier(JitterStrategy="HALF"),
            SCHEMA
            + "The field 'JitterStrategy' should have one of these values: [FULL, NONE] at /States/A/Retry[0]/Jit",
        ),
        _case(_retrier(Next="A"), SCHEMA + "Field 'Next' is not supported at /States/A/Retry[0]"),
        _case(
            _catch({"ErrorEquals": ["E"]}, {"ErrorEquals": ["F"], "Next": "End"}),
            SCHEMA + "The field 'Next' is required but was missing at /States/A/Catch[0]",
        ),
        _case(
            _catch({"ErrorEquals": ["States.ALL"], "Next": "End"}, {"ErrorEquals": ["E"], "Next": "End"}),
            SCHEMA + f"{ALONE} at /States/A/Catch[0]/ErrorEquals[0]",
        ),
        _case(
            _catch({"ErrorEquals": ["E"], "Next": "End", "MaxAttempts": 1}),
            SCHEMA + "Field 'MaxAttempts' is not supported at /States/A/Catch[0]",
        ),
        # Choices.
        _case(
            _machine({"A": {"Type": "Choice", "Default": "End"}, "End": END}),
            SCHEMA + "The field 'Choices' is required but was missing at /States/A",
        ),
        _case(
            _machine({"A": {"Type": "Choice", "Choices": [], "Default": "End"}, "End": END}),
            SCHEMA + "Value cannot be empty at /States/A/Choices",
        ),
        _case(
            _machine({"A": {"Type": "Choice", "Choices": [CHOICE], "Next": "End"}, "End": END}),
            SCHEMA + "Field 'Next' is not supported at /States/A",
        ),
        _case(_choices(CHOICE, 5), SCHEMA + "Expected value of type Object at /States/A/Choices[1]"),
        _case(
            _choices(CHOICE, {"Variable": "$.n", "Next": "End"}),
            SCHEMA + "Exactly one comparison is required, not [] at /States/A/Choices[1]",
        ),
        _case(
            _choices(CHOICE | {"IsPresent": True}),
            SCHEMA + "Exactly one comparison is required, not [IsPresent, NumericEquals] at /States/A/Choices[0]",
        ),
        _case(
            _choices({"Variable": "$.n", "NumericMatches": "1*", "Next": "End"}),
            SCHEMA + "Field 'NumericMatches' is not supported at /States/A/Choices[0]",
        ),
        _case(
            _choices({"Variable": "$.n", "BooleanLessThan": True, "Next": "End"}),
            SCHEMA + "Field 'BooleanLessThan' is not supported at /States/A/Choices[0]",
        ),
        _case(
            _choices(CHOICE | {"NumericEquals": "1"}),
            SCHEMA + "Expected value of type Number at /States/A/Choices[0]/Num",
        ),
        _case(
            _choices({"NumericEquals": 1, "Next": "End"}),
            SCHEMA + "The field 'Variable' is required but was missing at /States/A/Choices[0]",
        ),
        _case(
            _choices(CHOICE, {"Variable": "$.n", "NumericEquals": 1}),
            SCHEMA + "The field 'Next' is required but was missing at /States/A/Choices[1]",
        ),
        _case(
            _choices({"And": [CHOICE], "Next": "End"}),
            SCHEMA + "Field 'Next' is not supported at /States/A/Choices[0]/And[0]",
        ),
        _case(
            _choices({"Not": {"Or": []}, "Next": "End"}),
            SCHEMA + "Value cannot be empty at /States/A/Choices[0]/Not/Or",
        ),
    ],
)
def test_what_aws_refuses_is_refused_before_it_runs(definition: Any, problems: tuple[str, ...]) -> None:
    message = _refusal(definition)
    assert message.startswith("Invalid State Machine Definition: '")
    for problem in problems:
        assert problem in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not a definition", "INVALID_JSON_DESCRIPTION: "),
        ('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Fail"}}}', "Duplicate field 'A'"),
        ('{"StartAt": "A", "TimeoutSeconds": NaN, "States": {"A": {"Type": "Succeed"}}}', "Non-standard token 'NaN'"),
    ],
)
def test_what_is_no_json_is_refused(text: str, message: str) -> None:
    assert message in _refusal(text)


@pytest.mark.parametrize(
    ("definition", "feature"),
    [
        (
            _machine({"A": {"Type": "Parallel", "Branches": [], "End": True}}),
            "states of type 'Parallel' (at /States/A)",
        ),
        (_machine({"A": {"Type": "Map", "End": True}}), "states of type 'Map' (at /States/A)"),
        (_machine({"A": END}, QueryLanguage="JSONata"), "JSONata (at )"),
        (_machine({"A": END | {"QueryLanguage": "JSONata"}}), "JSONata (at /States/A)"),
        (_task(Resource="arn:aws:states:::sns:publish"), "tasks of 'arn:aws:states:::sns:publish'"),
        (_task(HeartbeatSeconds=5), "the field 'HeartbeatSeconds' (at /States/A)"),
        (_task(TimeoutSecondsPath="$.t"), "the field 'TimeoutSecondsPath' (at /States/A)"),
        (_task(Credentials={"RoleArn": "r"}), "the field 'Credentials' (at /States/A)"),
        (_task(Assign={"x": 1}), "the field 'Assign' (at /States/A)"),
        (_task(InputPath="$..x"), "the path '$..x', only reference paths such as $.a.b[0] (at /States/A/InputPath)"),
        (_task(InputPath="$variable"), "the path '$variable'"),
        (_task(Parameters={"a.$": "States.UUID()"}), "intrinsic functions (at /States/A/Parameters/a.$)"),
        (_task(Parameters={"a.$": "$$.Task.Token"}), "'$$.Task.Token' of the context object"),
        (_task(Parameters={"a.$": "$$.State.RetryCount"}), "'$$.State.RetryCount' of the context object"),
        (
            _machine({"A": INTEGRATED | {"Parameters": {"FunctionName": FUNCTION, "InvocationType": "Event"}}}),
            "the parameter 'InvocationType' of lambda:invoke",
        ),
    ],
)
def test_what_only_the_sandbox_lacks_is_refused_in_its_own_words(definition: Any, feature: str) -> None:
    message = _refusal(definition)
    assert message.startswith("The sandbox doesn't have ")
    assert feature in message
    assert "SCHEMA_VALIDATION_FAILED" not in message


@pytest.mark.parametrize(
    "definition",
    [
        _task(Retry=[], Catch=[]),
        _retry({"ErrorEquals": ["E"], "MaxDelaySeconds": 2}, {"ErrorEquals": ["States.ALL"], "BackoffRate": 1}),
        _retrier(MaxAttempts=0, IntervalSeconds=99_999_999, Comment="never"),
        _task(
            Parameters={"a.$": "$$.Execution.Input.x", "b": {"c.$": "$$.State.Name"}}, ResultPath=None, InputPath=None
        ),
        _machine({"A": {"Type": "Pass", "Result": {"anyPath": "no path", "Retry": 5}, "End": True}}),
        _machine(
            {"A": {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00.123456789+02:00", "End": True}}, Version="1.0"
        ),
        _machine({"a" * 80: END}, TimeoutSeconds=99_999_999, Comment="x", QueryLanguage="JSONPath"),
        _choices({"Not": {"Or": [{"Variable": "$$.Execution.Name", "StringMatches": "a*"}]}, "Next": "End"}),
    ],
)
def test_what_aws_takes_is_taken(definition: Any) -> None:
    assert parse_definition(json.dumps(definition)) == definition
