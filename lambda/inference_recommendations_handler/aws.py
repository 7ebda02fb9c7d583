"""The AWS clients, each created once a process, when it is first used."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_stepfunctions import SFNClient


_OTHERS: Final = Config(
    connect_timeout=2,
    read_timeout=8,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra="cdk-inference-recommender",
)
_SAGEMAKER: Final = _OTHERS.merge(
    Config(read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}),
)


class Clients:
    """What the handler calls.

    Args:
        client: Makes the client of a service. EC2's alone takes a quarter of a cold start, and most invocations call
            neither it nor the two below.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    @cached_property
    def sagemaker(self) -> SageMakerClient:
        """Jobs, models and endpoints."""
        return self._client("sagemaker")  # type: ignore[no-any-return]

    @cached_property
    def stepfunctions(self) -> SFNClient:
        """The stack's state machine."""
        return self._client("stepfunctions")  # type: ignore[no-any-return]

    @cached_property
    def ec2(self) -> EC2Client:
        """Network interfaces that a job leaves."""
        return self._client("ec2")  # type: ignore[no-any-return]

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """The stack itself."""
        return self._client("cloudformation")  # type: ignore[no-any-return]

    @cached_property
    def autoscaling(self) -> Any:
        """Application Auto Scaling; the types that are installed don't know it."""
        return self._client("application-autoscaling")


@cache
def clients() -> Clients:
    """The process's clients; each call is tried several times with backoff and jitter.

    SageMaker's is given less time than the others: where its endpoint hangs, a request for a job makes two calls, one
    to create it and one to find it, and the function has to answer after them. A call takes 2 attempts of 2 s to
    connect and 5 s to read, with at most 1 s in between: 15 s, and two of them 30 s. With 27 s for an answer that is
    itself taken at the last attempt, that is 57 of the function's 60 s. A call of the others takes 4 x (2 + 8) + 7 =
    47 s in the worst case, and a delivery ends with the first one that fails so.
    """
    session = boto3.session.Session()
    # The service's name isn't a literal here, by which boto3's types tell the clients apart.
    make: Any = session.client
    return Clients(lambda service: make(service, config=_SAGEMAKER if service == "sagemaker" else _OTHERS))
