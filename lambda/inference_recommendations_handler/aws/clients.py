"""AWS clients, each created once per process, on first use."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.session import Session

from inference_recommendations_handler.protocol.redaction import hide
from inference_recommendations_handler.protocol.response import RESPONSE_SECONDS

from .deadline_budget import DeadlineBudget, RemainingTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_stepfunctions import SFNClient


_CONNECT_SECONDS: Final = 2
_READ_SECONDS: Final = 5
_DEFAULT: Final = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 3},
    user_agent_extra="cdk-inference-recommender",
)
_SAGEMAKER: Final = _DEFAULT.merge(Config(retries={"mode": "standard", "total_max_attempts": 2}))

_ATTEMPT_SECONDS: Final = 2 * _CONNECT_SECONDS + _READ_SECONDS
"""Upper bound for one attempt: TCP connect, TLS handshake, and read."""
_OWN_SECONDS: Final = 1
"""Time that the handler itself takes between two calls, and before it sends the response."""
_DEFAULT_MIN_REMAINING_SECONDS: Final = _ATTEMPT_SECONDS + _OWN_SECONDS + RESPONSE_SECONDS
_SAGEMAKER_MIN_REMAINING_SECONDS: Final = _ATTEMPT_SECONDS + _OWN_SECONDS + _DEFAULT_MIN_REMAINING_SECONDS


class Clients:
    """AWS clients of the handler.

    Args:
        client: Creates the client of a service. EC2's takes a quarter of a cold start, and most invocations need
            neither it nor the two after it.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self.remaining = RemainingTime()
        """Time that remains in the invocation."""
        self.sagemaker_budget = DeadlineBudget(remaining=self.remaining, min_remaining=_SAGEMAKER_MIN_REMAINING_SECONDS)
        """Budget of SageMaker's client."""
        self.default_budget = DeadlineBudget(remaining=self.remaining, min_remaining=_DEFAULT_MIN_REMAINING_SECONDS)
        """Budget of all other clients."""

    @cached_property
    def sagemaker(self) -> SageMakerClient:
        """Client for jobs, models, and endpoints."""
        return self._client("sagemaker")  # type: ignore[no-any-return]

    @cached_property
    def stepfunctions(self) -> SFNClient:
        """Client for the stack's state machine."""
        return self._client("stepfunctions")  # type: ignore[no-any-return]

    @cached_property
    def ec2(self) -> EC2Client:
        """Client for network interfaces."""
        return self._client("ec2")  # type: ignore[no-any-return]

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """Client for the stack."""
        return self._client("cloudformation")  # type: ignore[no-any-return]

    @cached_property
    def autoscaling(self) -> Any:
        """Client for Application Auto Scaling. The installed type stubs don't include it."""
        return self._client("application-autoscaling")


def deadline_clients(make: Callable[[str], Any]) -> Clients:
    """Return clients that start no attempt too late for a response.

    Args:
        make: Creates botocore's client of a service.
    """

    def client(service: str) -> Any:
        created = make(service)
        budget = result.sagemaker_budget if service == "sagemaker" else result.default_budget
        budget.attach(created)
        # Descriptions of jobs and models contain values of environment variables.
        created.meta.events.register("after-call", lambda parsed, **_: hide(parsed), unique_id="redaction")
        return created

    result = Clients(client)
    return result


@cache
def clients() -> Clients:
    """Return the clients of the process. They retry calls with backoff and jitter while enough time remains.

    Of the function's 60 s, a response that the last attempt delivers takes 23 s, and an attempt of a call 9 s: 2 s to
    connect, 2 s for the TLS handshake, and 5 s to read. So the last attempt may start when 33 s remain, and one of
    SageMaker when 43 s remain; the handler has a second for itself after each. SageMaker's limit is earlier because
    the handler queues a request that it couldn't place: if SageMaker's endpoint hangs, the last attempt to create or
    find a job ends after 26 s, and Step Functions can be called until the 27th second. botocore waits at most 7 s
    between two attempts, less than an attempt takes: 2 s, and 5 s if the service requests it (`x-amz-retry-after`).

    These aren't strict bounds: an endpoint with several addresses can take 2 s for each of them, and one that sends
    single bytes 5 s for each of them. Lambda then ends the function, and retries the event.
    """
    # boto3's clients are botocore's. Without boto3's resources and transfers a cold start is a tenth shorter.
    make: Any = Session().create_client
    return deadline_clients(lambda service: make(service, config=_SAGEMAKER if service == "sagemaker" else _DEFAULT))
