"""What CloudWatch records of a running job."""

from __future__ import annotations

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE: Final = "/aws/sagemaker/InferenceRecommendationsJobs"
"""Namespace of the job's metrics, and name of its log group (developer guide, monitor with CloudWatch)."""


def job_metric(
    job_name: str,
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
        job_name: The job.
        metric_name: Name in CloudWatch.
        statistic: For example `Sum` or `Average`.
        endpoint_name: One of the job's endpoints. Default: all of them.
        period: Default: a minute, as the job's load is given by the minute.
    """
    period = period or Duration.minutes(1)
    if endpoint_name is not None:
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=metric_name,
            dimensions_map={"JobName": job_name, "EndpointName": endpoint_name},
            statistic=statistic,
            period=period,
        )
    search = f'{{"{NAMESPACE}",EndpointName,JobName}} MetricName="{metric_name}" JobName="{job_name}"'
    return cloudwatch.SearchExpression(
        expression=f"SEARCH('{search}', '{statistic}', {int(period.to_seconds())})",
        label="",
        period=period,
    )
