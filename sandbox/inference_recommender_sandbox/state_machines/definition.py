"""A state machine's definition, checked before it is ever run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.exceptions import AWSError

from .field_rule import field_problems
from .json_text import parse_json
from .problem import TRANSITION, Problem
from .state_fields import MACHINE_FIELDS, query_language_problems, state_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TERMINAL: Final = frozenset({"Succeed", "Fail"})
_MAX_STATE_NAME: Final = 80
"""Characters; source: https://states-language.net/spec.html, "States"."""


class InvalidDefinitionError(AWSError):
    """The definition is wrong, or has what the sandbox doesn't have."""

    TYPE = "InvalidDefinition"
    STATUS = 400


def parse_definition(text: str) -> dict[str, Any]:
    """Parse and check a definition.

    The sandbox runs Wait, Task (Lambda), Choice, Pass, Succeed and Fail in JSONPath with reference paths, with Retry,
    Catch and TimeoutSeconds. Anything else is refused here, rather than skipped when it runs.

    Raises:
        InvalidDefinitionError: With every problem: those that AWS refuses, or else those that only the sandbox does.
    """
    try:
        definition = parse_json(text)
    except ValueError as error:
        raise InvalidDefinitionError(
            f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"
        ) from error
    problems = list(_problems(definition))
    refused = [
        f"{problem.code}: {problem.message} at {problem.path}" for problem in problems if not problem.is_sandbox_limit
    ]
    if refused:
        raise InvalidDefinitionError(f"Invalid State Machine Definition: '{', '.join(refused)}'")
    if problems:
        raise InvalidDefinitionError(f"The sandbox doesn't have {_listed(problems)}")
    return dict(definition)


def _listed(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{problem.message} (at {problem.path})" for problem in problems)


def _problems(definition: Any) -> Iterator[Problem]:
    if not isinstance(definition, dict):
        yield Problem(message="Definition must be a valid JSON object", path="/")
        return
    missing = [name for name in ("States", "StartAt") if name not in definition]
    if missing:
        yield Problem(message=f"These fields are required: [{', '.join(missing)}]", path="/")
    yield from query_language_problems(definition, "")
    yield from field_problems(MACHINE_FIELDS, definition, "/")
    states = definition.get("States")
    if not isinstance(states, dict) or not states:
        return
    for name, state in states.items():
        if not 0 < len(name) <= _MAX_STATE_NAME:
            yield Problem(
                code="INVALID_STATE_NAME", message=f"A name has 1 to {_MAX_STATE_NAME} characters", path="/States"
            )
        yield from state_problems(state, f"/States/{name}")
    yield from _transition_problems(definition, states)


def _transition_problems(definition: Mapping[str, Any], states: Mapping[str, Any]) -> Iterator[Problem]:
    start = definition.get("StartAt")
    if isinstance(start, str) and start not in states:
        yield Problem(code=TRANSITION, message=f"Missing 'Next' target: {start}", path="/StartAt")
    for name, state in states.items():
        for target, path in _targets(state, f"/States/{name}"):
            if target not in states:
                yield Problem(code=TRANSITION, message=f"Missing 'Next' target: {target}", path=path)
    reached = _reachable(start, states)
    for name in states:
        if name not in reached:
            yield Problem(code=TRANSITION, message=f'State "{name}" is not reachable.', path=f"/States/{name}")
    if not any(_is_terminal(state) for state in states.values()):
        yield Problem(code="MISSING_END_STATE", message="Workflow has no terminal state", path="null")


def _reachable(start: Any, states: Mapping[str, Any]) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if isinstance(name, str) and name in states and name not in reached:
            reached.add(name)
            ahead.extend(target for target, _ in _targets(states[name], ""))
    return reached


def _targets(state: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the states that a state leads to, each with where it is named; what has no form at all is skipped."""
    if not isinstance(state, dict):
        return
    holders = [(state, path)]
    for field in ("Catch", "Choices"):
        entries = state.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            holders.append((entry, f"{path}/{field}[{index}]"))
    for holder, at in holders:
        if isinstance(holder, dict) and isinstance(holder.get("Next"), str):
            yield holder["Next"], f"{at}/Next"
    if isinstance(state.get("Default"), str):
        yield state["Default"], f"{path}/Default"


def _is_terminal(state: Any) -> bool:
    return isinstance(state, dict) and (state.get("Type") in _TERMINAL or state.get("End") is True)
