"""A state machine's definition, checked before it is ever run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from moto.core.exceptions import AWSError

from inference_recommender_sandbox.state_machines.choice_rule import UnknownComparisonError, check_rule
from inference_recommender_sandbox.state_machines.reference_path import InvalidPathError, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TYPES: Final = frozenset({"Wait", "Task", "Choice", "Pass", "Succeed", "Fail"})
_TERMINAL: Final = frozenset({"Succeed", "Fail"})
LAMBDA_INVOKE: Final = ":states:::lambda:invoke"


class InvalidDefinitionError(AWSError):
    """The definition is wrong, or beyond what the sandbox can run."""

    TYPE = "InvalidDefinition"
    STATUS = 400


def parse_definition(text: str) -> dict[str, Any]:
    """Parse and check a definition.

    The sandbox runs Wait, Task (Lambda), Choice, Pass, Succeed and Fail in JSONPath with reference paths, with Retry,
    Catch and TimeoutSeconds. Anything else is refused here, rather than skipped when it runs.

    Raises:
        InvalidDefinitionError: With every problem.
    """
    try:
        definition = json.loads(text)
    except ValueError as error:
        raise InvalidDefinitionError(
            f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"
        ) from error
    problems = list(_problems(definition))
    if problems:
        raise InvalidDefinitionError(f"Invalid State Machine Definition: '{'; '.join(problems)}'")
    return dict(definition)


def _problems(definition: Any) -> Iterator[str]:
    if not isinstance(definition, dict) or not isinstance(definition.get("States"), dict):
        yield "SCHEMA_VALIDATION_FAILED: the definition has no States"
        return
    states: Mapping[str, Any] = definition["States"]
    if definition.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield "the sandbox runs JSONPath only, not JSONata"
    if definition.get("StartAt") not in states:
        yield f"MISSING_TRANSITION_TARGET: StartAt names {definition.get('StartAt')!r}, which is no state"
    for name, state in states.items():
        for problem in _state_problems(state, states):
            yield f"{problem} at /States/{name}"


def _state_problems(state: Mapping[str, Any], states: Mapping[str, Any]) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in _TYPES:
        yield f"the sandbox can't run states of type {kind!r}"
        return
    if state.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield "the sandbox runs JSONPath only, not JSONata"
    if kind not in _TERMINAL and kind != "Choice" and not state.get("End") and "Next" not in state:
        yield "SCHEMA_VALIDATION_FAILED: neither Next nor End"
    for target in _targets(state):
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: {target!r} is no state"
    yield from _problems_of_kind(state, str(kind))
    for path in _paths(state):
        try:
            steps(path.replace("$$", "$", 1) if path.startswith("$$") else path)
        except InvalidPathError as error:
            yield str(error)


def _problems_of_kind(state: Mapping[str, Any], kind: str) -> Iterator[str]:
    if kind == "Task" and not _is_lambda(str(state.get("Resource", ""))):
        yield f"the sandbox runs tasks of Lambda functions only, not {state.get('Resource')!r}"
    if kind == "Wait" and not {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} & state.keys():
        yield "SCHEMA_VALIDATION_FAILED: a Wait without a time"
    for rule in state.get("Choices", []):
        try:
            check_rule(rule)
        except UnknownComparisonError as error:
            yield str(error)


def _targets(state: Mapping[str, Any]) -> Iterator[str]:
    for holder in (state, *state.get("Catch", []), *state.get("Choices", [])):
        if "Next" in holder:
            yield holder["Next"]
    if "Default" in state:
        yield state["Default"]


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and (key.endswith((".$", "Path")) or key == "Variable"):
                yield item
            else:
                yield from _paths(item)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item)


def _is_lambda(resource: str) -> bool:
    return ":lambda:" in resource and (resource.endswith(LAMBDA_INVOKE) or ":function:" in resource)
