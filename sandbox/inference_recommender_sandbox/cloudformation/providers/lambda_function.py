"""`AWS::Lambda::Function`: moto's own class drops half of its properties."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any, Final, Protocol

from moto.awslambda.models import lambda_backends

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.resource_provider import (
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)
from inference_recommender_sandbox.functions.function_limits import FunctionLimitError, check_function_limits
from inference_recommender_sandbox.functions.function_role import FunctionRoleError, check_function_role
from inference_recommender_sandbox.functions.runtimes import UnsupportedRuntimeError, check_runtime
from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .replacement import needs_replacement

_TYPE: Final = "AWS::Lambda::Function"
_MAX_NAME_LENGTH: Final = 64


class StopProcesses(Protocol):
    """Signature of the function runner's `forget`."""

    def __call__(self, name: str, /, *, region: str, account_id: str) -> None:
        """Stop the processes of a function that was deleted."""


class LambdaFunctionProvider(ResourceProvider):
    """Creates functions in moto's Lambda; the function runner reads them there.

    Args:
        stop_processes: Stops the processes of a function that was deleted.
    """

    def __init__(self, stop_processes: StopProcesses) -> None:
        self._stop_processes = stop_processes

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether a property changed that can't be changed in place."""
        return needs_replacement(_TYPE, old, new)

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Create the function.

        Raises:
            ResourceError: If its role doesn't exist, Lambda may not assume it, or it lacks the network's permissions.
        """
        name = request.properties.get("FunctionName") or request.generated_name(max_length=_MAX_NAME_LENGTH)
        with MOTO_LOCK:
            backend = lambda_backends[request.account_id][request.region]
            if any(function.function_name == name for function in backend.list_functions()):
                raise ResourceError(f"Function already exist: {name}")
            function = backend.create_function(self._specification(request, name))
            self._configure(function, request.properties)
        return ProvisionedResource(physical_id=name, handle=function)

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Update code and configuration in place."""
        with MOTO_LOCK:
            backend = lambda_backends[request.account_id][request.region]
            specification = self._specification(request, current.physical_id)
            function = backend.get_function(current.physical_id)
            if request.old_properties.get("Code") != request.properties.get("Code"):
                function.update_function_code(specification["Code"])
            defaults = {
                "Description": "",
                "MemorySize": 128,
                "Timeout": 3,
                "Layers": [],
                "Environment": {"Variables": {}},
            }
            function.update_configuration({**defaults, **specification, "Environment": specification["Environment"]})
            self._configure(function, request.properties)
        return ProvisionedResource(physical_id=current.physical_id, handle=function)

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete the function."""
        with MOTO_LOCK:
            backend = lambda_backends[request.account_id][request.region]
            if any(function.function_name == current.physical_id for function in backend.list_functions()):
                backend.delete_function(current.physical_id)
        self._stop_processes(current.physical_id, region=request.region, account_id=request.account_id)

    def attribute(self, current: ProvisionedResource, name: str) -> Any:
        """Return an attribute."""
        return {"Arn": current.handle.function_arn}[name]

    def _specification(self, request: ResourceRequest, name: str) -> dict[str, Any]:
        properties = request.properties
        _check(request)
        specification = {key: value for key, value in properties.items() if key not in ("Tags", "LoggingConfig")}
        code = dict(properties["Code"])
        if "ZipFile" in code:
            code["ZipFile"] = _zip_of(str(code["ZipFile"]), str(properties.get("Runtime", "")))
        environment = properties.get("Environment", {}).get("Variables", {})
        return specification | {
            "FunctionName": name,
            "Code": code,
            "Timeout": int(properties.get("Timeout", 3)),
            "MemorySize": int(properties.get("MemorySize", 128)),
            "Environment": {"Variables": {key: str(value) for key, value in environment.items()}},
            "Tags": {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])},
        }

    def _configure(self, function: Any, properties: dict[str, Any]) -> None:
        """Set what moto's own operations leave out."""
        logging = properties.get("LoggingConfig", {})
        function.logs_group_name = logging.get("LogGroup") or f"/aws/lambda/{function.function_name}"
        function.architectures = list(properties.get("Architectures", ["x86_64"]))


def _check(request: ResourceRequest) -> None:
    properties = request.properties
    try:
        check_function_role(
            str(properties.get("Role", "")),
            account_id=request.account_id,
            region=request.region,
            vpc_config=properties.get("VpcConfig"),
        )
        check_runtime(str(properties.get("Runtime", "")))
        check_function_limits(properties)
    except UnsupportedRuntimeError as error:
        raise ResourceError(str(error)) from error
    except (FunctionLimitError, FunctionRoleError) as error:
        raise ResourceError(
            f'Resource handler returned message: "{error} (Service: Lambda, Status Code: 400)" '
            "(HandlerErrorCode: InvalidRequest)"
        ) from error


def _zip_of(source: str, runtime: str) -> str:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        # A fixed date: the same code has the same hash.
        archive.writestr(zipfile.ZipInfo(f"index.{'py' if runtime.startswith('python') else 'js'}"), source)
    return base64.b64encode(file.getvalue()).decode()
