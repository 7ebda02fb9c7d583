"""Real boto3 clients whose calls end in the fakes: botocore's validation, paginators and errors stay."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ReadTimeoutError

from inference_recommendations_handler.aws import Clients

from .service import ConnectionLostError, Service, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .machine import Machine

Call = "Callable[[str, Mapping[str, Any]], dict[str, Any]]"


def unconnected_clients() -> Clients:
    """Clients without anything behind them; making them is slow, so make them once."""
    session = boto3.session.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return Clients(
        sagemaker=session.client("sagemaker"),
        stepfunctions=session.client("stepfunctions"),
        ec2=session.client("ec2"),
    )


def connect(clients: Clients, service: Service, machine: Machine) -> None:
    """Let the clients' calls end in these fakes from now on."""
    _attach(clients.sagemaker, service.call)
    _attach(clients.stepfunctions, machine.call)

    def ec2(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        assert operation == "DescribeNetworkInterfaces"
        groups = [value for each in request["Filters"] if each["Name"] == "group-id" for value in each["Values"]]
        return {"NetworkInterfaces": service.interfaces(groups)}

    _attach(clients.ec2, ec2)


def _attach(client: Any, call: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> None:
    def remember(*, params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context["remembered"] = dict(params)

    def answer(*, model: Any, context: dict[str, Any], **_: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        try:
            result = call(model.name, context["remembered"])
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
    client.meta.events.register("before-call.*.*", answer, unique_id="fake")
