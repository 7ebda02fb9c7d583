"""Real boto3 clients whose calls end in the fakes, with botocore's validation, paginators, and errors."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.exceptions import ReadTimeoutError

from inference_recommendations_handler.aws.clients import deadline_clients

from .light_clients import attempted, light_clients
from .service import ConnectionLostError, Service, ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.aws.clients import Clients

    from .light_clients import Call
    from .machine import Machine


@cache
def unconnected_clients() -> Clients:
    """Return clients that aren't connected to a fake. Creating them is slow, so create them once."""
    session = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    make: Any = session.client
    return deadline_clients(make)


class CallObserver(Protocol):
    """Observes each call before and after it takes effect."""

    def __call__(self, operation: str, *, done: bool) -> None: ...


def connect(clients: Clients, service: Service, machine: Machine, *, observer: CallObserver, light: bool) -> Clients:
    """Connect the clients to these fakes.

    Args:
        clients: boto3's clients.
        service: Fake for the SageMaker client.
        machine: Fake for the Step Functions client.
        observer: Observes each call.
        light: Whether to replace boto3's clients by light ones.
    """

    def ec2(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        assert operation == "DescribeNetworkInterfaces"
        groups = [value for each in request["Filters"] if each["Name"] == "group-id" for value in each["Values"]]
        return {"NetworkInterfaces": service.interfaces(groups)}

    def observed(call: Call) -> Call:
        def observe(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
            observer(operation, done=False)
            result = call(operation, request)
            observer(operation, done=True)
            return result

        return observe

    calls = {"sagemaker": observed(service.call), "stepfunctions": observed(machine.call), "ec2": observed(ec2)}
    if light:
        return light_clients(clients, **calls)
    for name, call in calls.items():
        _attach(getattr(clients, name), call)
    return clients


def _attach(client: Any, call: Call) -> None:
    def remember(*, params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context["remembered"] = dict(params)

    service, emit = client.meta.service_model.service_id.hyphenize(), client.meta.events.emit

    def response(*, model: Any, context: dict[str, Any], **_: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        def begin() -> None:
            emit(f"before-send.{service}.{model.name}", request=None)

        try:
            result = attempted(lambda: call(model.name, context["remembered"]), begin=begin)
        except ConnectionLostError:
            raise ReadTimeoutError(endpoint_url=client.meta.endpoint_url) from None
        except ServiceError as error:
            return SimpleNamespace(status_code=error.status), {
                "Error": {"Code": error.code, "Message": error.message},
                "ResponseMetadata": {"HTTPStatusCode": error.status},
            }
        return SimpleNamespace(status_code=200), result | {"ResponseMetadata": {"HTTPStatusCode": 200}}

    client.meta.events.register("before-parameter-build.*.*", remember, unique_id="remember")
    # The same id replaces the fake of the test before.
    client.meta.events.unregister("before-call.*.*", unique_id="fake")
    client.meta.events.register("before-call.*.*", response, unique_id="fake")
