"""Clients that call the fakes at once, in a fortieth of the time that boto3's own take.

They check nothing of a request. Some histories and some files run on boto3's own clients, in `wiring`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, ReadTimeoutError

from inference_recommendations_handler.aws.clients import Clients
from inference_recommendations_handler.aws.errors import OutOfTimeError

from .service import ConnectionLostError, HangsError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget

    Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]

HANGING_ATTEMPTS = 2


def attempted(call: Callable[[], dict[str, Any]], *, begin: Callable[[], None]) -> dict[str, Any]:
    """Call as often as botocore does if calls hang. `begin` raises if no time remains for another attempt."""
    for _ in range(HANGING_ATTEMPTS - 1):
        begin()
        try:
            return call()
        except HangsError:
            pass
    begin()
    return call()


@dataclass(frozen=True)
class LightClient:
    """Client with the methods of a boto3 client, its `meta`, and its budget."""

    meta: Any
    budget: DeadlineBudget
    call: Call

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        operation = self.meta.method_to_api_mapping[method]
        return lambda **request: self.invoke(operation, request)

    def get_paginator(self, method: str) -> LightPaginator:
        return LightPaginator(self, self.meta.method_to_api_mapping[method])

    def invoke(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        def begin() -> None:
            if not self.budget.pause(0):
                raise OutOfTimeError(operation=operation)

        try:
            return attempted(lambda: self.call(operation, request), begin=begin)
        except ConnectionLostError:
            raise ReadTimeoutError(endpoint_url="https://aws.example") from None
        except ServiceError as error:
            response = {
                "Error": {"Code": error.code, "Message": error.message},
                "ResponseMetadata": {"HTTPStatusCode": error.status},
            }
            raise ClientError(cast("Any", response), operation) from None


@dataclass(frozen=True)
class LightPaginator:
    client: LightClient
    operation: str

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        following: dict[str, Any] = {}
        while True:
            page = self.client.invoke(self.operation, request | following)
            yield page
            if "NextToken" not in page:
                return
            following = {"NextToken": page["NextToken"]}


def light_clients(real: Clients, *, sagemaker: Call, stepfunctions: Call, ec2: Call) -> Clients:
    """Return replacements for boto3's clients."""
    light: dict[str, LightClient] = {}
    clients = Clients(light.__getitem__)
    light |= {
        "sagemaker": LightClient(real.sagemaker.meta, clients.sagemaker_budget, sagemaker),
        "stepfunctions": LightClient(real.stepfunctions.meta, clients.default_budget, stepfunctions),
        "ec2": LightClient(real.ec2.meta, clients.default_budget, ec2),
    }
    return clients
