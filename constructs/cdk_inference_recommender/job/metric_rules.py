"""Rules of a job's metrics, by the arguments' names in the API's spelling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, RequestDocument, Rule, Severity, Violation, check_rules
from cdk_inference_recommender.request.near_miss import near_miss
from cdk_inference_recommender.validation.tokens import mask_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

METRICS: Final = ("ClientInvocations", "ClientInvocationErrors", "ClientLatency", "NumberOfUsers")
STATISTICS: Final = {
    **{name.lower(): name for name in ("Average", "Sum", "Minimum", "Maximum", "SampleCount", "IQM")},
    "avg": "Average",
    "min": "Minimum",
    "max": "Maximum",
    "n": "SampleCount",
}
"""CloudWatch's names of statistics, by what `cloudwatch.Metric` takes for them; in lower case."""

_PERCENTILE: Final = re.compile(r"(p|tm|wm|tc|ts)\d{1,3}(\.\d+)?|(pr|tm|wm|tc|ts)\([\d.%]*:[\d.%]*\)", re.IGNORECASE)


def check_metric(*, metric_name: str, statistic: str) -> Iterator[Problem]:
    """Check a metric's name and statistic.

    Args:
        metric_name: Its name; may be a token.
        statistic: Likewise.

    Returns:
        Every problem.
    """
    document = RequestDocument({"MetricName": mask_tokens(metric_name), "Statistic": mask_tokens(statistic)})
    return check_rules(METRIC_RULES, document)


def _unknown_metric(document: RequestDocument) -> Iterator[Violation]:
    for path, name in document.strings("MetricName"):
        if name not in METRICS:
            yield Violation(path=path, value=name, remedy=_nearest(name, METRICS))


def _unknown_statistic(document: RequestDocument) -> Iterator[Violation]:
    for path, name in document.strings("Statistic"):
        if name.lower() not in STATISTICS and _PERCENTILE.fullmatch(name) is None:
            yield Violation(path=path, value=name, remedy=_nearest(name, sorted(set(STATISTICS.values()))))


def _nearest(name: str, known: Sequence[str]) -> str | None:
    near = near_miss(name, known)
    return f"Did you mean {near}?" if near else None


METRIC_RULES: Final = (
    Rule(
        id="MetricUnknown",
        severity=Severity.WARNING,
        fields=("MetricName",),
        text="isn't a metric that is documented for a job, and may stay empty",
        remedy=f"Choose one of {', '.join(METRICS)}",
        source="SageMaker developer guide, monitor with CloudWatch, Inference Recommender jobs",
        violations=_unknown_metric,
    ),
    Rule(
        id="MetricStatistic",
        fields=("Statistic",),
        text="isn't a statistic of CloudWatch",
        remedy="Choose Average, Sum, Minimum, Maximum, SampleCount, or a percentile such as p95",
        source="CloudWatch user guide, statistics definitions",
        violations=_unknown_statistic,
    ),
)
