"""Where the model under test comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk_inference_recommender.validation.cdk_interfaces import MODEL_PACKAGE
from cdk_inference_recommender.validation.prop_types import expect_type

from .resource_name import name_of_model

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_sagemaker import IModelPackageRef, IModelRef

    from .container_config import ContainerConfig, ModelContainerConfig


@dataclass(frozen=True, kw_only=True)
class ModelSource:
    """A versioned model package or a SageMaker model; build one with `from_model_package` or `from_model`.

    Attributes:
        model_package_version_arn: ARN of the version. Default: none.
        model_name: Name of the model. Default: none.
        container_config: What runs in the container. Default: what the model package says.
    """

    model_package_version_arn: str | None = None
    model_name: str | None = None
    container_config: ContainerConfig | None = None

    @classmethod
    def from_model_package(
        cls, model_package: str | IModelPackageRef, *, container_config: ContainerConfig | None = None
    ) -> ModelSource:
        """Benchmark a version of a model package; it needs no approval.

        Args:
            model_package: ARN of the version (it ends in `/<number>`), or a construct such as `CfnModelPackage`.
            container_config: Overrides the package's own fields. Default: the package's.

        Raises:
            ValidationError: The model package is of another type.
        """
        expect_type(MODEL_PACKAGE, "model_package", model_package)
        arn = model_package if isinstance(model_package, str) else model_package.model_package_ref.model_package_arn
        return cls(model_package_version_arn=arn, container_config=container_config)

    @classmethod
    def from_model(cls, model: str | IModelRef, *, container_config: ModelContainerConfig) -> ModelSource:
        """Benchmark a SageMaker model that is in no model package.

        Args:
            model: Name of the model, or a construct such as `CfnModel`.
            container_config: What the service can't read off a model (developer guide, prerequisites).

        Raises:
            ValidationError: The model is of another type.
        """
        return cls(model_name=name_of_model(model), container_config=container_config)
