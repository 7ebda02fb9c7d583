"""The check of a whole request against the service model and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.rules.rule import check_rules

from .placeholder import placeholder_problems, without_placeholders
from .problem import Severity, deduplicate
from .request_document import RequestDocument
from .request_model import request_shape
from .shape_rules import shape_problems

if TYPE_CHECKING:
    from .problem import Problem

GENERATED_MEMBERS: Final = frozenset({"JobName", "RoleArn"})
"""Members that a construct fills in itself, so that an incomplete document may lack them."""


def check_request(document: object, *, complete: bool = True) -> list[Problem]:
    """Find every problem of a `CreateInferenceRecommendationsJob` request.

    Members are checked one by one against botocore's service model (types, minimums, maximums, lengths, enums,
    patterns, required and unknown members), then against the rules that the model doesn't have.

    Only the most useful problem of a value is reported: a rule that refines one of the model's replaces it, a value
    that the model rejects causes no warnings, and a placeholder is only reported as such.

    Args:
        document: The request in the API's spelling. `UNRESOLVED` stands for what is known only at deploy time.
            Anything but a structure is one problem.
        complete: Whether the request is ready to be sent. If not, `JobName` and `RoleArn` may be missing.

    Returns:
        All problems at once, errors and warnings; empty for a sound request. The order is the same on every run: the
        model's, member by member, then the rules', then the remaining placeholders of a skeleton.
    """
    optional = frozenset() if complete else GENERATED_MEMBERS
    from cdk_inference_recommender.request.rules.all_rules import RULES  # noqa: PLC0415 -- a third of the library's modules, for those who check only

    placeholders = list(placeholder_problems(document))
    judged = without_placeholders(document) if placeholders else document
    of_model = list(shape_problems(judged, request_shape(), optional=optional))
    if not isinstance(judged, Mapping):
        return of_model
    request = RequestDocument(judged)
    rejected = {problem.path for problem in of_model}
    of_rules = [
        problem
        for problem in check_rules(RULES, request)
        if problem.severity is not Severity.WARNING or problem.path not in rejected
    ]
    return [*deduplicate([*of_model, *of_rules]), *placeholders]
