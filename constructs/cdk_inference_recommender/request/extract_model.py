"""Reads what this library needs out of botocore's service model.

Run it as `python -m cdk_inference_recommender.request.extract_model`. The extract is checked in, because importing
botocore and loading its whole model of SageMaker takes fifty times as long as reading the extract. A test fails where
it differs from the installed botocore's model; this command renews it.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import botocore
from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATION: Final = "CreateInferenceRecommendationsJob"
_MEMBERS_OF_OTHERS: Final = (
    "CreateEndpoint.EndpointName",
    "CreateEndpointConfig.AsyncInferenceConfig",
    "CreateEndpointConfig.DataCaptureConfig",
    "CreateEndpointConfig.KmsKeyId",
    "CreateEndpointConfig.MetricsConfig",
    "CreateEndpointConfig.ProductionVariants.CapacityReservationConfig",
    "CreateEndpointConfig.ProductionVariants.ContainerStartupHealthCheckTimeoutInSeconds",
    "CreateEndpointConfig.ProductionVariants.CoreDumpConfig",
    "CreateEndpointConfig.ProductionVariants.EnableSSMAccess",
    "CreateEndpointConfig.ProductionVariants.InferenceAmiVersion",
    "CreateEndpointConfig.ProductionVariants.InitialInstanceCount",
    "CreateEndpointConfig.ProductionVariants.ModelDataDownloadTimeoutInSeconds",
    "CreateEndpointConfig.ProductionVariants.RoutingConfig",
    "CreateEndpointConfig.ProductionVariants.ServerlessConfig.ProvisionedConcurrency",
    "CreateEndpointConfig.ProductionVariants.VariantInstanceProvisionTimeoutInSeconds",
    "CreateEndpointConfig.ProductionVariants.VariantName",
    "CreateEndpointConfig.ProductionVariants.VolumeSizeInGB",
    "CreateModel.ExecutionRoleArn",
    "CreateModel.Tags",
    "CreateModel.VpcConfig",
    "DescribeModel.ModelName",
    "UpdateEndpoint.DeploymentConfig",
)
"""Members that a recommended endpoint uses, by operation; the whole operations are ten times as large."""
_LIMITS: Final = ("min", "max", "pattern", "enum", "required")
_VALID_VALUES: Final = re.compile(r"Valid Values:\s*<code>(.*?)</code>")


def extract() -> dict[str, Any]:
    """Extract the shapes of a job's request, and of what a recommended endpoint is made with.

    Returns:
        `botocore`: the version that was read; `input`: name of the request's shape; `members`: names of the shapes of
        members of other operations; `shapes`: by name, in botocore's own form but for `documentedValues`, which are
        taken from the prose.

    Raises:
        LookupError: The installed botocore doesn't know an operation's request.
    """
    model = ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")
    request = _input(model, _OPERATION)
    members = {path: _member(model, path) for path in _MEMBERS_OF_OTHERS}
    shapes = {shape.name: _described(shape) for root in (request, *members.values()) for shape in _below(root)}
    return {
        "botocore": botocore.__version__,
        "input": request.name,
        "members": {path: shape.name for path, shape in members.items()},
        "shapes": dict(sorted(shapes.items())),
    }


def _input(model: ServiceModel, operation: str) -> Shape:
    request = model.operation_model(operation).input_shape
    if request is None:
        raise LookupError(f"botocore {botocore.__version__} describes {operation} without a request; install another")
    return request


def _member(model: ServiceModel, path: str) -> Shape:
    operation, *names = path.split(".")
    shape = _input(model, operation)
    for name in names:
        structure = shape.member if isinstance(shape, ListShape) else shape
        if not isinstance(structure, StructureShape) or name not in structure.members:
            raise LookupError(f"botocore {botocore.__version__} has no {path}; install another")
        shape = structure.members[name]
    return shape


def _below(shape: Shape) -> Iterator[Shape]:
    yield shape
    inner = shape.members.values() if isinstance(shape, StructureShape) else ()
    for member in (shape.member,) if isinstance(shape, ListShape) else inner:
        yield from _below(member)


def _described(shape: Shape) -> dict[str, Any]:
    described: dict[str, Any] = {"type": shape.type_name}
    described |= {limit: shape.metadata[limit] for limit in _LIMITS if limit in shape.metadata}
    if isinstance(shape, StructureShape):
        described["members"] = {name: _reference(member) for name, member in shape.members.items()}
    elif isinstance(shape, ListShape):
        described["member"] = _reference(shape.member)
    return described


def _reference(member: Shape) -> dict[str, Any]:
    listed = _VALID_VALUES.search(member.documentation)
    values = {"documentedValues": listed[1].split(" | ")} if listed else {}
    return {"shape": member.name, **values}


def main() -> None:
    """Write the extract into the package."""
    target = Path(str(resources.files(__package__).joinpath("service_model.json")))
    target.write_text(json.dumps(extract(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
