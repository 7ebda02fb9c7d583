"""Deleting from the model registry, which moto can't."""

from __future__ import annotations

from moto.sagemaker.models import SageMakerModelBackend

from .errors import ConflictException, ValidationException


class ModelRegistryBackend(SageMakerModelBackend):
    """SageMaker's model packages and their groups, of one account in one Region."""

    def delete_model_package(self, name: str) -> None:
        """Delete a model package.

        Raises:
            ValidationException: If there is none.
        """
        arn = self.model_package_name_mapping.get(name)
        if arn is None or arn not in self.model_packages:
            raise ValidationException(f"ModelPackage {name} does not exist.")
        del self.model_packages[arn]
        for key in [key for key, value in self.model_package_name_mapping.items() if value == arn]:
            del self.model_package_name_mapping[key]

    def delete_model_package_group(self, name: str) -> None:
        """Delete a group of model packages.

        Raises:
            ValidationException: If there is none.
            ConflictException: If it isn't empty.
        """
        name = name.rsplit("/", 1)[-1]
        if name not in self.model_package_groups:
            raise ValidationException(f"ModelPackageGroup {name} does not exist.")
        if any(package.model_package_group_name == name for package in self.model_packages.values()):
            raise ConflictException(f"ModelPackageGroup {name} cannot be deleted since it contains Model Packages.")
        del self.model_package_groups[name]
