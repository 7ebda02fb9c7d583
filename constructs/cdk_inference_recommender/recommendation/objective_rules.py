"""Rules of a recommendation's objective."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, RequestDocument, Rule, Violation, check_rules
from cdk_inference_recommender.validation.tokens import mask_tokens
from inference_recommendations_handler.protocol.contract import ObjectiveName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .objective import Objective

_OBJECTIVE: Final = "OptimizeFor"


def check_objective(objective: Objective) -> Iterator[Problem]:
    """Check the objective of a recommendation.

    Args:
        objective: As given; a token is skipped.

    Returns:
        Every problem.
    """
    document = RequestDocument({_OBJECTIVE: mask_tokens(objective.value)})
    return check_rules(OBJECTIVE_RULES, document)


def _unknown(document: RequestDocument) -> Iterator[Violation]:
    for path, value in document.strings(_OBJECTIVE):
        if value not in set(ObjectiveName):
            yield Violation(path=path, value=value)


OBJECTIVE_RULES: Final = (
    Rule(
        id="ObjectiveKnown",
        fields=(_OBJECTIVE,),
        text="isn't a measure to choose by, and the deployment would fail after the job has run",
        remedy=f"Use one of {', '.join(ObjectiveName)}",
        source="this library",
        violations=_unknown,
    ),
)
