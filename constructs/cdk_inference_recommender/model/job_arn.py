"""ARNs of recommendation jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Stack

if TYPE_CHECKING:
    from constructs import Construct

JOB_RESOURCE: Final = "inference-recommendations-job"
"""The type in a recommendation job's ARN (Service Authorization Reference)."""


def job_arn(scope: Construct, job_name: str) -> str:
    """Return the ARN of a recommendation job of the account and Region that a construct is deployed to.

    Args:
        scope: Any construct.
        job_name: Its name; may be a token or a pattern.
    """
    return Stack.of(scope).format_arn(service="sagemaker", resource=JOB_RESOURCE, resource_name=job_name)
