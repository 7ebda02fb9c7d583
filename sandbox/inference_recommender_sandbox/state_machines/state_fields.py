"""The fields of each type of state.

Source: https://states-language.net/spec.html, "States"; https://docs.aws.amazon.com/step-functions/latest/dg/
workflow-states.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .choice_rule import rule_problems
from .error_handling import handler_problems
from .field_rule import MAX_SECONDS, FieldRule, field_problems, path_problems
from .problem import Problem, sandbox_limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LAMBDA_INVOKE: Final = ":states:::lambda:invoke"
_AWS_TYPES: Final = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")
_STRING: Final = FieldRule(type="String")
_PATH: Final = FieldRule(type="Path")
_NULLABLE_PATH: Final = FieldRule(type="Path", may_be_null=True)
_TEMPLATE: Final = FieldRule(type="Any")
_NOT_IN_SANDBOX: Final = FieldRule(type="Any", is_in_sandbox=False)
_TIMEOUT: Final = FieldRule(type="Integer", minimum=1, maximum=MAX_SECONDS)
_EVERY_STATE: Final = {"Comment": _STRING, "QueryLanguage": _STRING, "Type": _STRING}
_FILTERED: Final = _EVERY_STATE | {"InputPath": _NULLABLE_PATH, "OutputPath": _NULLABLE_PATH}
_FOLLOWED: Final = {"Assign": _NOT_IN_SANDBOX, "End": FieldRule(type="Boolean"), "Next": _STRING}
_PLACED: Final = {
    "Parameters": _TEMPLATE,
    "ResultPath": FieldRule(type="Path", may_be_null=True, may_read_context=False),
}
_FIELDS: Final[Mapping[str, Mapping[str, FieldRule]]] = {
    "Choice": _FILTERED
    | {"Assign": _NOT_IN_SANDBOX, "Choices": FieldRule(type="Array", may_be_empty=False), "Default": _STRING},
    "Fail": _EVERY_STATE | {"Cause": _STRING, "CausePath": _PATH, "Error": _STRING, "ErrorPath": _PATH},
    "Pass": _FILTERED | _FOLLOWED | _PLACED | {"Result": FieldRule(type="Any")},
    "Succeed": _FILTERED,
    "Task": _FILTERED
    | _FOLLOWED
    | _PLACED
    | {
        "Catch": FieldRule(type="Array"),
        "Credentials": _NOT_IN_SANDBOX,
        "HeartbeatSeconds": _NOT_IN_SANDBOX,
        "HeartbeatSecondsPath": _NOT_IN_SANDBOX,
        "Resource": _STRING,
        "ResultSelector": _TEMPLATE,
        "Retry": FieldRule(type="Array"),
        "TimeoutSeconds": _TIMEOUT,
        "TimeoutSecondsPath": _NOT_IN_SANDBOX,
    },
    "Wait": _FILTERED
    | _FOLLOWED
    | {
        "Seconds": FieldRule(type="Integer", minimum=0, maximum=MAX_SECONDS),
        "SecondsPath": _PATH,
        "Timestamp": FieldRule(type="Timestamp"),
        "TimestampPath": _PATH,
    },
}
_REQUIRED: Final = {"Choice": "Choices", "Task": "Resource"}
_EXCLUSIVE: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "Fail": (("Cause", "CausePath"), ("Error", "ErrorPath")),
    "Wait": (("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),),
}
MACHINE_FIELDS: Final[Mapping[str, FieldRule]] = {
    "Comment": _STRING,
    "QueryLanguage": _STRING,
    "StartAt": _STRING,
    "States": FieldRule(type="Object", may_be_empty=False),
    "TimeoutSeconds": _TIMEOUT,
    "Version": FieldRule(type="String", values=("1.0",)),
}


def query_language_problems(holder: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with the query language of a machine or state."""
    language = holder.get("QueryLanguage", "JSONPath")
    if language == "JSONata":
        yield sandbox_limit("JSONata", path)
    else:
        yield from FieldRule(type="String", values=("JSONPath", "JSONata")).problems(language, f"{path}/QueryLanguage")


def state_problems(state: Any, path: str) -> Iterator[Problem]:
    """Yield what is wrong with a state, apart from where it leads."""
    if not isinstance(state, dict):
        yield Problem(message="Expected value of type Object", path=path)
        return
    kind = state.get("Type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        if kind in _AWS_TYPES:
            yield sandbox_limit(f"states of type {kind!r}", path)
        else:
            yield from FieldRule(type="String", values=_AWS_TYPES).problems(kind, f"{path}/Type")
        return
    yield from query_language_problems(state, path)
    yield from field_problems(_FIELDS[kind], state, path)
    yield from _presence_problems(state, path)
    yield from handler_problems(state, path)
    for name in ("Parameters", "ResultSelector"):
        yield from _template_problems(state.get(name), f"{path}/{name}")
    choices = state.get("Choices")
    for index, rule in enumerate(choices if isinstance(choices, list) else ()):
        yield from rule_problems(rule, f"{path}/Choices[{index}]")
    if kind == "Task":
        yield from _task_problems(state, path)


def _presence_problems(state: Mapping[str, Any], path: str) -> Iterator[Problem]:
    kind = str(state["Type"])
    required = _REQUIRED.get(kind)
    if required and required not in state:
        yield Problem(message=f"The field '{required}' is required but was missing", path=path)
    for names in _EXCLUSIVE.get(kind, ()):
        count = len(state.keys() & set(names))
        if count > 1 or (count == 0 and kind == "Wait"):
            yield Problem(message=f"Exactly one of these fields is required: [{', '.join(names)}]", path=path)
    if kind in ("Pass", "Task", "Wait") and (state.get("End") is True) == ("Next" in state):
        yield Problem(message="Exactly one of these fields is required: [Next, End]", path=path)


def _template_problems(template: Any, path: str) -> Iterator[Problem]:
    if isinstance(template, dict):
        for key, item in template.items():
            if key.endswith(".$"):
                yield from path_problems(item, f"{path}/{key}")
            else:
                yield from _template_problems(item, f"{path}/{key}")
    elif isinstance(template, list):
        for index, item in enumerate(template):
            yield from _template_problems(item, f"{path}[{index}]")


def _task_problems(state: Mapping[str, Any], path: str) -> Iterator[Problem]:
    resource = state.get("Resource")
    if not isinstance(resource, str):
        return
    if not resource.startswith("arn:"):
        yield Problem(
            code="INVALID_RESOURCE", message=f"Value is not a valid resource ARN: {resource!r}", path=f"{path}/Resource"
        )
    elif resource.endswith(LAMBDA_INVOKE):
        parameters = state.get("Parameters")
        if not isinstance(parameters, dict) or not {"FunctionName", "FunctionName.$"} & parameters.keys():
            yield Problem(message="The field 'FunctionName' is required but was missing", path=f"{path}/Parameters")
        else:
            for name in sorted(parameters.keys() - {"FunctionName", "FunctionName.$", "Payload", "Payload.$"}):
                yield sandbox_limit(f"the parameter '{name}' of lambda:invoke", f"{path}/Parameters")
    elif not (":lambda:" in resource and ":function:" in resource):
        yield sandbox_limit(f"tasks of {resource!r}, only of Lambda functions", f"{path}/Resource")
