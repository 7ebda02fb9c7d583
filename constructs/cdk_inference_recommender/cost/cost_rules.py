"""Rules that compare what a job would cost, by estimate, with what it may cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, RequestDocument, Rule, Severity, Violation, check_rules
from cdk_inference_recommender.validation.stack_environment import region_of
from cdk_inference_recommender.validation.tokens import is_unresolved
from inference_recommendations_handler.recommendation.choosing import above_zero

from .job_estimate import JobEstimate
from .price_file import PriceFile, PriceFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from constructs import Construct

    from cdk_inference_recommender.request import Path as ApiPath

PRICES_CONTEXT: Final = "cdk-inference-recommender:prices"
"""Context key whose value is the path of the file of prices, relative to the folder in which the app runs."""

_MAXIMUM: Final = "max_cost"
_HIGHEST: Final = "HighestCost"
_ESTIMATE: Final = "Estimate"
_MISSING: Final = "Missing"


def check_cost(
    job: Construct,
    max_cost: float,
    request: object,
    problems: Iterable[Problem],
    spell: Callable[[ApiPath], str],
) -> Iterator[Problem]:
    """Compare a job's estimated cost with the most that it may cost.

    Args:
        job: The job.
        max_cost: USD.
        request: The job's request, with `UNRESOLVED` in place of each token.
        problems: Those of the request. Nothing is estimated where one is an error.
        spell: Returns a path in the user's spelling.

    Returns:
        Every problem.
    """
    document: dict[str, object] = {_MAXIMUM: max_cost}
    if isinstance(request, Mapping) and not any(each.severity is Severity.ERROR for each in problems):
        document |= _estimated(job, request, spell)
    return check_rules(COST_RULES, RequestDocument(document))


def _estimated(job: Construct, request: Mapping[str, object], spell: Callable[[ApiPath], str]) -> Mapping[str, object]:
    path, region = job.node.try_get_context(PRICES_CONTEXT), region_of(job)
    if not isinstance(path, str):
        return {_MISSING: f"the file of prices, which the context value {PRICES_CONTEXT} names"}
    if is_unresolved(region):
        return {_MISSING: "the stack's Region, which its env names"}
    try:
        prices = PriceFile.load(Path(path)).prices(region)
    except PriceFileError as error:
        return {_MISSING: str(error)}
    estimate = JobEstimate.of(request, region=region, prices=prices, refresh_options=f"--prices {path}", spell=spell)
    if estimate.missing:
        return {_MISSING: "; ".join(estimate.missing)}
    return {_HIGHEST: estimate.highest, _ESTIMATE: estimate.in_words()}


def _no_amount(document: RequestDocument) -> Iterator[Violation]:
    if _maximum(document) is None:
        yield Violation(path=(_MAXIMUM,), value=document.at(_MAXIMUM))


def _above(document: RequestDocument) -> Iterator[Violation]:
    maximum, highest = _maximum(document), document.at(_HIGHEST)
    if maximum is not None and isinstance(highest, int | float) and highest > maximum:
        yield Violation(path=(_MAXIMUM,), value=document.at(_MAXIMUM), detail=str(document.at(_ESTIMATE)))


def _unknown(document: RequestDocument) -> Iterator[Violation]:
    maximum = _maximum(document)
    for _, missing in document.strings(_MISSING):
        if maximum is not None:
            yield Violation(path=(_MAXIMUM,), value=document.at(_MAXIMUM), detail=missing)


def _maximum(document: RequestDocument) -> float | None:
    return above_zero(document.at(_MAXIMUM))


_SOURCE: Final = "this library; the prices are those of the file"

COST_RULES: Final = (
    Rule(
        id="MaxCostAboveZero",
        fields=(_MAXIMUM,),
        text="must be an amount in USD above 0, known at synth",
        remedy="Give what the job's benchmarks may cost, such as 25, or leave it out",
        source="this library",
        violations=_no_amount,
    ),
    Rule(
        id="JobCostAboveMaximum",
        severity=Severity.WARNING,
        fields=(_MAXIMUM,),
        text="is less than the job may cost",
        remedy="Benchmark fewer configurations or for a shorter time, or raise max_cost",
        source=_SOURCE,
        violations=_above,
    ),
    Rule(
        id="JobCostUnknown",
        severity=Severity.WARNING,
        fields=(_MAXIMUM,),
        text="can't be compared with what the job would cost, since something is missing",
        remedy=(
            "Write the prices with inference-recommender estimate --refresh --prices prices.json, and name the file in "
            f"the context of cdk.json, as {PRICES_CONTEXT}"
        ),
        source=_SOURCE,
        violations=_unknown,
    ),
)
