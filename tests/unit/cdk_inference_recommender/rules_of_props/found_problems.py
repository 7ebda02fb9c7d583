"""Problems of the rules of props, as far as a rule decides them: its text and its usual remedy are in docs/rules.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from cdk_inference_recommender.command_line.rule_catalogue import TOPICS
from cdk_inference_recommender.request import api_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cdk_inference_recommender.request import Problem

_RULES: Final = {rule.id: rule for rules in TOPICS.values() for rule in rules}


class Found(NamedTuple):
    """A problem: the rule, the place and its value, then what was found and a remedy that aren't the rule's own."""

    rule: str
    path: str
    value: object = None
    detail: str | None = None
    remedy: str | None = None


def found(problems: Iterable[Problem]) -> list[Found]:
    """What a check reports, in its order; a rule of the service model has a message and a remedy for each value."""
    return [_found(problem) for problem in problems]


def _found(problem: Problem) -> Found:
    rule = _RULES.get(problem.rule)
    text, remedy = (rule.text, rule.remedy) if rule else ("", None)
    assert problem.message.startswith(text)
    # Each step of a path is one member: joined, a step of two would look right.
    assert not any("." in step for step in problem.path if isinstance(step, str))
    detail = problem.message.removeprefix(text).removeprefix(": ")
    return Found(
        problem.rule,
        api_path(problem.path),
        problem.value,
        detail or None,
        None if problem.remedy == remedy else problem.remedy,
    )
