"""Where the model under test comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import MODEL_PACKAGE
from cdk_inference_recommender.validation.factory_made import FactoryMade
from cdk_inference_recommender.validation.prop_types import PropType, expect_type

from .container_config import ContainerConfig
from .resource_name import name_of_model

if TYPE_CHECKING:
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_sagemaker import IModelPackageRef, IModelRef

    from .container_config import ModelContainerConfig


@dataclass(frozen=True, init=False)
class ModelSource(FactoryMade):
    """A versioned model package or a SageMaker model; build one with `from_model_package` or `from_model`.

    Attributes:
        model_package_version_arn: ARN of the version. Default: none.
        model_name: Name of the model. Default: none.
        container_config: What runs in the container. Default: what the model package says.
    """

    _factories: ClassVar[str] = "ModelSource.from_model_package(...) or ModelSource.from_model(...)"

    model_package_version_arn: str | None = field(default=None, metadata=member("ModelPackageVersionArn", spelled=""))
    model_name: str | None = field(default=None, metadata=member("ModelName", spelled=""))
    container_config: ContainerConfig | None = field(
        default=None,
        metadata=member("ContainerConfig", kind=PropType(of=ContainerConfig, example="ContainerConfig(...)")),
    )

    @property
    def payload_location(self) -> tuple[IBucket, str] | None:
        """Bucket and key of the sample payload, where it was given by its bucket."""
        payload = self.container_config.payload_config if self.container_config else None
        return payload.location if payload else None

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
        return cls._make(model_package_version_arn=arn, container_config=container_config)

    @classmethod
    def from_model(cls, model: str | IModelRef, *, container_config: ModelContainerConfig) -> ModelSource:
        """Benchmark a SageMaker model that is in no model package.

        Args:
            model: Name of the model, or a construct such as `CfnModel`.
            container_config: What the service can't read off a model (developer guide, prerequisites).

        Raises:
            ValidationError: The model is of another type.
        """
        return cls._make(model_name=name_of_model(model), container_config=container_config)

    @classmethod
    def _of_document(
        cls, *, model_package_version_arn: str | None, model_name: str | None, data_input_config: str | None
    ) -> ModelSource | None:
        """Return the model that a request names, as far as an endpoint on it needs it."""
        if model_package_version_arn is None and model_name is None:
            return None
        return cls._make(
            model_package_version_arn=model_package_version_arn,
            model_name=model_name,
            container_config=ContainerConfig(data_input_config=data_input_config) if data_input_config else None,
        )


MODEL_SOURCE: Final = PropType(of=ModelSource, example="ModelSource.from_model_package(...)", is_required=True)
"""Type of a construct's `model`."""
