"""The AWS clients, created once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_stepfunctions import SFNClient


@dataclass(frozen=True, kw_only=True)
class Clients:
    """What the handler calls."""

    sagemaker: SageMakerClient
    stepfunctions: SFNClient
    ec2: EC2Client
    cloudformation: CloudFormationClient
    autoscaling: Any
    """Application Auto Scaling; its types are no dependency of the project."""


@cache
def clients() -> Clients:
    """The process's clients; each call is tried up to 4 times with backoff and jitter, 45 s in the worst case."""
    config = Config(
        connect_timeout=2,
        read_timeout=8,
        retries={"mode": "standard", "total_max_attempts": 4},
        user_agent_extra="cdk-inference-recommender",
    )
    session = boto3.session.Session()
    return Clients(
        sagemaker=session.client("sagemaker", config=config),
        stepfunctions=session.client("stepfunctions", config=config),
        ec2=session.client("ec2", config=config),
        cloudformation=session.client("cloudformation", config=config),
        # The stubs that are installed don't know this service.
        autoscaling=session.client("application-autoscaling", config=config),
    )
