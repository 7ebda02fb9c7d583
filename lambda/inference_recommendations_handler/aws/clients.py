"""The AWS clients, each created once a process, when it is first used."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from inference_recommendations_handler.protocol.redaction import hide
from inference_recommendations_handler.protocol.response import RESPONSE_SECONDS

from .deadline_budget import DeadlineBudget, RemainingTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_stepfunctions import SFNClient


_CONNECT_SECONDS: Final = 2
_READ_SECONDS: Final = 5
_OTHERS: Final = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 3},
    user_agent_extra="cdk-inference-recommender",
)
_SAGEMAKER: Final = _OTHERS.merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))

_ATTEMPT_SECONDS: Final = 2 * _CONNECT_SECONDS + _READ_SECONDS
"""To connect, to agree on encryption and to read."""
_OWN_SECONDS: Final = 1
"""What the handler itself takes between two calls, and to begin with the answer."""
_DEFAULT_MIN_REMAINING_SECONDS: Final = _ATTEMPT_SECONDS + _OWN_SECONDS + RESPONSE_SECONDS
_SAGEMAKER_MIN_REMAINING_SECONDS: Final = _ATTEMPT_SECONDS + _OWN_SECONDS + _DEFAULT_MIN_REMAINING_SECONDS


class Clients:
    """What the handler calls.

    Args:
        client: Makes the client of a service. EC2's alone takes a quarter of a cold start, and most invocations call
            neither it nor the two below.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self.remaining = RemainingTime()
        """Of the invocation."""
        self.sagemaker_budget = DeadlineBudget(remaining=self.remaining, min_remaining=_SAGEMAKER_MIN_REMAINING_SECONDS)
        """When a call of SageMaker may begin; the next, when one of the others."""
        self.default_budget = DeadlineBudget(remaining=self.remaining, min_remaining=_DEFAULT_MIN_REMAINING_SECONDS)

    def within(self, remaining: Callable[[], float]) -> AbstractContextManager[None]:
        """Serve one invocation, which has as many seconds left as `remaining` says whenever it is asked."""
        return self.remaining.of(remaining)

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


def deadline_clients(make: Callable[[str], Any]) -> Clients:
    """Clients that begin no attempt too late for an answer.

    Args:
        make: Makes boto3's client of a service.
    """

    def client(service: str) -> Any:
        made = make(service)
        budget = held.sagemaker_budget if service == "sagemaker" else held.default_budget
        budget.attach(made)
        # Descriptions of jobs and models have the values of their environments in them.
        made.meta.events.register("after-call", lambda parsed, **_: hide(parsed), unique_id="redaction")
        return made

    held = Clients(client)
    return held


@cache
def clients() -> Clients:
    """The process's clients; each call is tried several times with backoff and jitter, as long as there is time.

    Of the function's 60 s an answer takes 23 s when the bucket takes it at the last attempt, and an attempt of a call
    9 s: 2 s to connect, 2 s to agree on encryption and 5 s to read. So the last attempt may begin when 33 s are left,
    one of SageMaker's when 43 s are, and the handler has a second for itself after each. SageMaker's end first, because
    a request that couldn't be placed is queued: where its endpoint hangs, the last attempt to create a job, or to find
    it, is over after 26 s, and Step Functions can be called until the 27th. botocore waits 7 s between two attempts at
    most, less than an attempt: 2 s, and 5 s more where the service asks for it (`x-amz-retry-after`).

    It isn't a bound of everything: an endpoint of several addresses may take 2 s for each of them, and one that sends a
    byte now and then 5 s for each of them. Then Lambda kills the function, and delivers the event again.
    """
    session = boto3.session.Session()
    # The service's name isn't a literal here, by which boto3's types tell the clients apart.
    make: Any = session.client
    return deadline_clients(lambda service: make(service, config=_SAGEMAKER if service == "sagemaker" else _OTHERS))
