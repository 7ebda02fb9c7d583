"""Problems of the rules of props, as far as a rule decides them: its text and its usual remedy are in docs/rules.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from cdk_inference_recommender.cost.cost_rules import COST_RULES
from cdk_inference_recommender.cross_stack.published_rules import PUBLISHED_RULES
from cdk_inference_recommender.cross_stack.rules import CROSS_STACK_RULES
from cdk_inference_recommender.endpoint.rules import ENDPOINT_RULES
from cdk_inference_recommender.job.metric_rules import METRIC_RULES
from cdk_inference_recommender.job.rules import JOB_RULES
from cdk_inference_recommender.model.network_rules import NETWORK_RULES
from cdk_inference_recommender.permissions.policy_size_rules import POLICY_SIZE_RULES
from cdk_inference_recommender.recommendation.constraint_rules import CONSTRAINT_RULES
from cdk_inference_recommender.recommendation.objective_rules import OBJECTIVE_RULES
from cdk_inference_recommender.recommendation.scaling_rules import SCALING_RULES
from cdk_inference_recommender.request import RULES, api_path
from cdk_inference_recommender.validation.region_rules import REGION_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cdk_inference_recommender.request import Problem

_RULES: Final = {
    rule.id: rule
    for rule in (
        *COST_RULES,
        *PUBLISHED_RULES,
        *CROSS_STACK_RULES,
        *ENDPOINT_RULES,
        *METRIC_RULES,
        *JOB_RULES,
        *NETWORK_RULES,
        *POLICY_SIZE_RULES,
        *CONSTRAINT_RULES,
        *OBJECTIVE_RULES,
        *SCALING_RULES,
        *RULES,
        *REGION_RULES,
    )
}


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
