"""An endpoint with what its operators need, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_inference_recommender import CapacitySize, DeploymentConfig, ModelSource, RecommendedEndpoint

from .synthesis import PACKAGE_ARN, errors_of, given_role, job_with_given_role

if TYPE_CHECKING:
    from aws_cdk import Stack

PACKAGE = ModelSource.from_model_package(PACKAGE_ARN)


def operated_endpoint(
    stack: Stack, name: str = "Endpoint", *, serverless: bool = False, **props: Any
) -> RecommendedEndpoint:
    """An endpoint whose role is given, unless `role` is None; all of a stack deploy what one job recommends."""
    job: Any = stack.node.try_find_child("Job") or job_with_given_role(stack)
    best = job.recommend_serverless(f"BestFor{name}") if serverless else job.recommend_real_time(f"BestFor{name}")
    sound: dict[str, Any] = {"recommendation": best, "model": PACKAGE}
    if "role" not in props:
        sound["role"] = given_role(stack)
    return RecommendedEndpoint(stack, name, **(sound | props))


def errors_of_endpoints(stack: Stack, *props: dict[str, Any]) -> list[str]:
    """Return the one error of each endpoint that has such props."""
    for number, each in enumerate(props):
        operated_endpoint(stack, f"Endpoint{number}", **each)
    errors = errors_of(stack)
    assert len(errors) == len(props)
    return [error.removeprefix(f"[Stack/Endpoint{number}] ") for number, error in enumerate(errors)]


def canary(**arguments: Any) -> DeploymentConfig:
    """A canary of a quarter of the instances."""
    sound: dict[str, Any] = {"size": CapacitySize.percent(25), "wait_interval": Duration.minutes(10)}
    return DeploymentConfig.canary(**(sound | arguments))


def alarm(stack: Stack, name: str = "Errors", *, metric: cloudwatch.IMetric | None = None) -> cloudwatch.Alarm:
    """An alarm of the stack."""
    watched = metric or cloudwatch.Metric(namespace="Own", metric_name="Errors")
    return cloudwatch.Alarm(stack, name, metric=watched, threshold=1, evaluation_periods=1)
