"""Admits a model, or refuses it for what it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import ValidationException
from .execution_role import can_be_assumed, role_may
from .named_resources import NamedResources, S3Location
from .taken_names import is_taken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .models import InferenceRecommenderBackend


def admit_model(backend: InferenceRecommenderBackend, request: Mapping[str, Any]) -> None:
    """Make sure that a valid `CreateModel` request names what exists.

    Credentials of a private registry (`ImageConfig`) and `ModelPackageName` in another account aren't looked up.

    Raises:
        ValidationException: The name is taken, or the role, an image, model data, a model package, a subnet or a
            security group doesn't exist or can't be used.
    """
    name = request["ModelName"]
    if is_taken(name, backend._models):  # noqa: SLF001 - moto has no other way to ask
        arn = f"arn:{backend.partition}:sagemaker:{backend.region_name}:{backend.account_id}:model/{name.lower()}"
        raise ValidationException(f'Cannot create already existing model "{arn}".')
    role_arn = request.get("ExecutionRoleArn")
    # With an asterisk that is no wildcard (developer guide, cross-service confused deputy prevention, inference).
    source_arn = f"arn:{backend.partition}:sagemaker:{backend.region_name}:{backend.account_id}:*"
    if role_arn and not can_be_assumed(account_id=backend.account_id, role_arn=role_arn, source_arn=source_arn):
        raise ValidationException(
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            "'sagemaker.amazonaws.com' to assume the role."
        )
    resources = NamedResources(account_id=backend.account_id, region=backend.region_name, partition=backend.partition)
    problem = resources.network_problem(request.get("VpcConfig") or {})
    if problem is not None:
        raise ValidationException(problem)
    for container in [request.get("PrimaryContainer") or {}, *(request.get("Containers") or ())]:
        _admit_container(backend, resources, container, role_arn)


def _admit_container(
    backend: InferenceRecommenderBackend,
    resources: NamedResources,
    container: Mapping[str, Any],
    role_arn: str | None,
) -> None:
    package_name = container.get("ModelPackageName")
    if package_name and not _is_elsewhere(backend, package_name):
        arn = backend.model_package_name_mapping.get(package_name, package_name)
        if arn not in backend.model_packages:
            raise ValidationException(f"ModelPackage {package_name} does not exist.")
    image = container.get("Image")
    problem = resources.image_problem(image) if image else None
    if problem is not None:
        raise ValidationException(problem)
    many = container.get("Mode") == "MultiModel"
    for url in _model_data(container):
        if not (resources.has_bucket(url) if many else resources.has_objects(url)):
            raise ValidationException(f"Could not find model data at {url}.")
        place = S3Location.of(url)
        if role_arn and not role_may(
            "s3:GetObject",
            place.arn(backend.partition),
            account_id=backend.account_id,
            role_arn=role_arn,
            partition=backend.partition,
        ):
            raise ValidationException(
                f'Could not access model data at {url}. Please ensure that the role "{role_arn}" exists and that its '
                'trust relationship policy allows the action "sts:AssumeRole" for the service principal '
                '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the '
                f"object is located in {backend.region_name}."
            )


def _is_elsewhere(backend: InferenceRecommenderBackend, package_name: str) -> bool:
    return package_name.startswith("arn:") and package_name.split(":")[4] != backend.account_id


def _model_data(container: Mapping[str, Any]) -> Iterator[str]:
    if container.get("ModelDataUrl"):
        yield str(container["ModelDataUrl"])
    for source in [container.get("ModelDataSource"), *(container.get("AdditionalModelDataSources") or ())]:
        uri = ((source or {}).get("S3DataSource") or {}).get("S3Uri")
        if uri:
            yield str(uri)
