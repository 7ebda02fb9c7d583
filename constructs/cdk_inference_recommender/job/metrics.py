"""What CloudWatch records of a running job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_inference_recommender.validation.prop_types import PropType, check_types
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.tokens import literal_seconds_of
from cdk_inference_recommender.validation.validation_error import ValidationError, prefix_errors_with_path

from .metric_rules import STATISTICS, check_metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .base import InferenceRecommendationsJobBase

NAMESPACE: Final = "/aws/sagemaker/InferenceRecommendationsJobs"
"""Namespace of the job's metrics, and name of its log group (developer guide, monitor with CloudWatch)."""


class MetricOptions(TypedDict, total=False):
    """Options of `cloudwatch.MetricOptions`."""

    account: str
    color: str
    dimensions_map: Mapping[str, str]
    id: str
    label: str
    period: Duration
    region: str
    stack_account: str
    stack_region: str
    statistic: str
    unit: cloudwatch.Unit
    visible: bool


_ARGUMENT_TYPES: Final = {
    "metric_name": PropType(of=str, example='"ClientLatency"', is_required=True),
    "statistic": PropType(of=str, example='"Average"', is_required=True),
    "endpoint_name": PropType(of=str, example='"bert"'),
    "period": PropType(of=Duration, example="Duration.minutes(1)"),
}
_OF_A_SEARCH: Final = {
    "color": "color",
    "label": "label",
    "period": "period",
    "account": "search_account",
    "region": "search_region",
}
"""Options of a search, by those of a metric."""
_MINUTE: Final = 60
_WIDTH: Final = 12
"""Half of a dashboard's grid."""
_PARTS_OF_A_MINUTE: Final = (1, 5, 10, 20, 30)


def job_metric(
    job: InferenceRecommendationsJobBase, metric_name: str, endpoint_name: str | None, options: MetricOptions
) -> cloudwatch.IMetric:
    """Return one of the job's metrics.

    CloudWatch keeps them by job *and* endpoint and doesn't add them up: a metric by the job alone would be empty.
    Without an endpoint this is therefore a search over all of the job's endpoints, which a graph can show and no
    alarm can watch.

    Args:
        job: The job.
        metric_name: Name in CloudWatch.
        endpoint_name: One of the job's endpoints. None for all of them.
        options: Options of the metric, a statistic included.

    Raises:
        ValidationError: An argument is of another type, a search doesn't have it, or CloudWatch has no such period.
    """
    statistic, period = options["statistic"], options.get("period")
    check_types(
        job,
        _ARGUMENT_TYPES,
        metric_name=metric_name,
        statistic=statistic,
        endpoint_name=endpoint_name,
        period=period,
    )
    report_problems(job, lambda: check_metric(metric_name=metric_name, statistic=statistic))
    statistic = STATISTICS.get(statistic.lower(), statistic)
    period = period or Duration.minutes(1)
    with prefix_errors_with_path(job):
        seconds = _seconds(period)
    given: dict[str, Any] = {**options, "statistic": statistic, "period": period}
    if endpoint_name is not None:
        own = {"JobName": job.job_name, "EndpointName": endpoint_name}
        given["dimensions_map"] = {**options.get("dimensions_map", {}), **own}
        return cloudwatch.Metric(namespace=NAMESPACE, metric_name=metric_name, **given)
    stray = sorted(given.keys() - _OF_A_SEARCH.keys() - {"statistic"})
    if stray:
        raise ValidationError(
            f"{job.node.path}: {', '.join(stray)} given, which a search over the job's endpoints doesn't have. Give "
            "endpoint_name, too, or leave it out."
        )
    search = f'{{"{NAMESPACE}",EndpointName,JobName}} MetricName="{metric_name}" JobName="{job.job_name}"'
    of_search = {_OF_A_SEARCH[name]: value for name, value in given.items() if name in _OF_A_SEARCH}
    return _Search(
        job.node.path, expression=f"SEARCH('{search}', '{statistic}', {seconds})", **{"label": "", **of_search}
    )


def job_widgets(job: InferenceRecommendationsJobBase) -> list[cloudwatch.IWidget]:
    """Return a graph of each of the job's metrics, over all of its endpoints.

    Args:
        job: The job.
    """
    graphs = {
        "Latency (ms)": job.metric_client_latency(),
        "Requests a minute": job.metric_client_invocations(),
        "Failed requests a minute": job.metric_client_invocation_errors(),
        "Simulated users": job.metric_number_of_users(),
    }
    return [cloudwatch.GraphWidget(title=title, left=[metric], width=_WIDTH) for title, metric in graphs.items()]


class _Search(cloudwatch.SearchExpression):
    """A search over the job's endpoints, whose names only the service knows."""

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(**options)
        self._path: Final = path

    def create_alarm(self, *_: object, **__: object) -> cloudwatch.Alarm:
        """Reject an alarm, as CloudWatch does.

        Raises:
            ValidationError: Always.
        """
        raise ValidationError(
            f"{self._path}: CloudWatch can't alarm on a search, and this metric is a search over the job's endpoints, "
            "whose names the service chooses. Look at it in a graph (job.dashboard_widgets()), give endpoint_name of "
            "an endpoint that is known, or alarm on a RecommendedEndpoint's metrics."
        )


def _seconds(period: Duration) -> int:
    seconds = literal_seconds_of(period, "period", "a search over the job's endpoints is written with it now")
    if seconds not in _PARTS_OF_A_MINUTE and (seconds == 0 or seconds % _MINUTE):
        raise ValidationError(
            f"period = {seconds} seconds: CloudWatch has periods of 1, 5, 10, 20 and 30 seconds and of whole minutes "
            "(API reference, MetricStat). Give one of them, such as Duration.minutes(1)."
        )
    return seconds
