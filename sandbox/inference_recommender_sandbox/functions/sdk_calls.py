"""Calls that a Node.js function makes through the stand-in for the AWS SDK."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import botocore
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import EVENT_ALIASES
from botocore.loaders import create_loader
from botocore.response import StreamingBody
from botocore.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import StructureShape

SERVICE_MODELS: Final = Path(botocore.__file__).parent / "data"
_MODELS: Final = create_loader()
"""Shared, since reading a large service's model takes longer than a function's default timeout allows."""
_LONGEST_FUNCTION: Final = 900
"""Seconds: a function may wait for another one as long as that may run."""


@cache
def sdk_services() -> dict[str, str]:
    """Return boto3's names of services by the ends of the SDK's package names, where the two differ.

    The SDK names its packages after the service's id, with hyphens: `@aws-sdk/client-cloudwatch-logs` is `logs`.
    """
    available = {folder.name for folder in SERVICE_MODELS.iterdir()}
    return {alias: name for name, alias in EVENT_ALIASES.items() if name in available and alias not in available}


class SdkCalls:
    """Makes calls with a function's own credentials.

    Args:
        environment: The function's: credentials and endpoint.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._clients: dict[tuple[str, str], Any] = {}

    def respond(self, body: bytes) -> bytes:
        """Make the call that a document describes, and describe what came of it.

        Args:
            body: JSON with `service`, `operation`, `region` and `parameters`.

        Returns:
            JSON with `metadata` and either `output` or `error`.
        """
        request = json.loads(body, object_hook=_decoded)
        client = self._client(request["service"], request["region"])
        try:
            output = getattr(client, xform_name(request["operation"]))(**request["parameters"])
        except ClientError as error:
            details = error.response["Error"]
            shape = client.meta.service_model.shape_for_error_code(details["Code"])
            name = shape.name if shape else details["Code"]
            document = {"error": {"name": name, "message": details.get("Message", name)}}
            document["metadata"] = _metadata(error.response)
        except BotoCoreError as error:
            document = {"error": {"name": type(error).__name__, "message": str(error)}, "metadata": {}}
        else:
            document = {"metadata": _metadata(output), "output": output}
            del output["ResponseMetadata"]
            _read_bodies(output, client.meta.service_model.operation_model(request["operation"]).output_shape)
        return json.dumps(document, default=_encoded).encode()

    def _client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            session = Session()
            session.register_component("data_loader", _MODELS)
            self._clients[service, region] = session.create_client(
                service,
                region_name=region,
                endpoint_url=self._environment["AWS_ENDPOINT_URL"],
                aws_access_key_id=self._environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self._environment["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=self._environment["AWS_SESSION_TOKEN"],
                config=Config(read_timeout=_LONGEST_FUNCTION, retries={"total_max_attempts": 3}),
            )
        return self._clients[service, region]


def _read_bodies(output: dict[str, Any], shape: StructureShape | None) -> None:
    """Read what botocore leaves to be read; the SDK does so only where the model says that the member is streaming."""
    for name, value in output.items():
        if isinstance(value, StreamingBody):
            content = base64.b64encode(value.read()).decode()
            streams = shape is not None and shape.members[name].serialization.get("streaming")
            output[name] = {"$stream" if streams else "$bytes": content}


def _metadata(response: Any) -> dict[str, Any]:
    metadata = response.get("ResponseMetadata", {})
    return {"attempts": 1, "httpStatusCode": metadata.get("HTTPStatusCode"), "requestId": metadata.get("RequestId")}


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$date": value.timestamp()}
    return {"$bytes": base64.b64encode(value).decode()}


def _decoded(value: dict[str, Any]) -> Any:
    if value.keys() == {"$date"}:
        return datetime.fromtimestamp(value["$date"], UTC)
    if value.keys() == {"$bytes"}:
        return base64.b64decode(value["$bytes"])
    return value
