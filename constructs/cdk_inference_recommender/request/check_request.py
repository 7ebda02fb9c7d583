"""Check a whole request against everything that is known of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .request_document import RequestDocument
from .request_model import request_shape
from .rules import RULES
from .shape_rules import shape_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .problem import Problem

GENERATED_MEMBERS: Final = frozenset({"JobName", "RoleArn"})
"""Members that a construct fills in itself, so that an incomplete document may lack them."""


def check_request(document: Mapping[str, object], *, complete: bool = True) -> list[Problem]:
    """Find every problem of a `CreateInferenceRecommendationsJob` request.

    Members are checked one by one against botocore's service model (types, minimums, maximums, lengths, enums,
    patterns, required and unknown members), then against the rules that the model doesn't hold.

    Args:
        document: The request in the API's spelling. `UNRESOLVED` stands for what is known only at deploy time.
        complete: Whether the request is ready to be sent. If not, `JobName` and `RoleArn` may be missing.

    Returns:
        All problems at once, errors and warnings; empty for a sound request. The order is the same on every run: the
        model's, member by member, then the rules'.
    """
    optional = frozenset() if complete else GENERATED_MEMBERS
    request = RequestDocument(document)
    return [
        *shape_problems(document, request_shape(), optional=optional),
        *(problem for rule in RULES for problem in rule.problems(request)),
    ]
