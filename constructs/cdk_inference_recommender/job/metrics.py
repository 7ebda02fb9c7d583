"""What CloudWatch records of a running job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_inference_recommender.validation.prop_types import PropType, check_types
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.tokens import literal_seconds_of
from cdk_inference_recommender.validation.validation_error import ValidationError, naming

from .metric_rules import STATISTICS, check_metric

if TYPE_CHECKING:
    from .base import InferenceRecommendationsJobBase

NAMESPACE: Final = "/aws/sagemaker/InferenceRecommendationsJobs"
"""Namespace of the job's metrics, and name of its log group (developer guide, monitor with CloudWatch)."""


_ARGUMENT_TYPES: Final = {
    "metric_name": PropType(of=str, example='"ClientLatency"', is_required=True),
    "statistic": PropType(of=str, example='"Average"', is_required=True),
    "endpoint_name": PropType(of=str, example='"bert"'),
    "period": PropType(of=Duration, example="Duration.minutes(1)"),
}
_MINUTE: Final = 60
_PARTS_OF_A_MINUTE: Final = (1, 5, 10, 20, 30)


def job_metric(
    job: InferenceRecommendationsJobBase,
    metric_name: str,
    *,
    statistic: str,
    endpoint_name: str | None,
    period: Duration | None,
) -> cloudwatch.IMetric:
    """One of the job's metrics.

    CloudWatch keeps them by job *and* endpoint and doesn't add them up: a metric by the job alone would be empty.
    Without an endpoint this is therefore a search over all of the job's endpoints, which a graph can show and no
    alarm can watch.

    Args:
        job: The job.
        metric_name: Name in CloudWatch.
        statistic: For example `Sum` or `Average`.
        endpoint_name: One of the job's endpoints. Default: all of them.
        period: Default: a minute, as the job's load is given by the minute.

    Raises:
        ValidationError: An argument is of another type, or CloudWatch has no such period.
    """
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
    with naming(job):
        seconds = _seconds(period)
    if endpoint_name is not None:
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=metric_name,
            dimensions_map={"JobName": job.job_name, "EndpointName": endpoint_name},
            statistic=statistic,
            period=period,
        )
    search = f'{{"{NAMESPACE}",EndpointName,JobName}} MetricName="{metric_name}" JobName="{job.job_name}"'
    return cloudwatch.SearchExpression(
        expression=f"SEARCH('{search}', '{statistic}', {seconds})",
        label="",
        period=period,
    )


def _seconds(period: Duration) -> int:
    seconds = literal_seconds_of(period, "period", "a search over the job's endpoints is written with it now")
    if seconds not in _PARTS_OF_A_MINUTE and (seconds == 0 or seconds % _MINUTE):
        raise ValidationError(
            f"period = {seconds} seconds: CloudWatch has periods of 1, 5, 10, 20 and 30 seconds and of whole minutes "
            "(API reference, MetricStat). Give one of them, such as Duration.minutes(1)."
        )
    return seconds
