"""What runs in the container under test, and what it is fed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import BUCKET
from cdk_inference_recommender.validation.enum_like import EnumLike
from cdk_inference_recommender.validation.prop_types import PropType, expect_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_s3 import IBucket


class Domain(EnumLike):
    """Machine learning domain of the model (API reference, `RecommendationJobContainerConfig`, `Domain`)."""

    COMPUTER_VISION: ClassVar[Domain]
    NATURAL_LANGUAGE_PROCESSING: ClassVar[Domain]
    MACHINE_LEARNING: ClassVar[Domain]


Domain.COMPUTER_VISION = Domain("COMPUTER_VISION")
Domain.NATURAL_LANGUAGE_PROCESSING = Domain("NATURAL_LANGUAGE_PROCESSING")
Domain.MACHINE_LEARNING = Domain("MACHINE_LEARNING")


class Task(EnumLike):
    """Machine learning task of the model (API reference, `RecommendationJobContainerConfig`, `Task`)."""

    IMAGE_CLASSIFICATION: ClassVar[Task]
    OBJECT_DETECTION: ClassVar[Task]
    TEXT_GENERATION: ClassVar[Task]
    IMAGE_SEGMENTATION: ClassVar[Task]
    FILL_MASK: ClassVar[Task]
    CLASSIFICATION: ClassVar[Task]
    REGRESSION: ClassVar[Task]
    OTHER: ClassVar[Task]


Task.IMAGE_CLASSIFICATION = Task("IMAGE_CLASSIFICATION")
Task.OBJECT_DETECTION = Task("OBJECT_DETECTION")
Task.TEXT_GENERATION = Task("TEXT_GENERATION")
Task.IMAGE_SEGMENTATION = Task("IMAGE_SEGMENTATION")
Task.FILL_MASK = Task("FILL_MASK")
Task.CLASSIFICATION = Task("CLASSIFICATION")
Task.REGRESSION = Task("REGRESSION")
Task.OTHER = Task("OTHER")


class Framework(EnumLike):
    """Framework of the container image (API reference, `RecommendationJobContainerConfig`, `Framework`)."""

    TENSORFLOW: ClassVar[Framework]
    PYTORCH: ClassVar[Framework]
    XGBOOST: ClassVar[Framework]
    SAGEMAKER_SCIKIT_LEARN: ClassVar[Framework]


Framework.TENSORFLOW = Framework("TENSORFLOW")
Framework.PYTORCH = Framework("PYTORCH")
Framework.XGBOOST = Framework("XGBOOST")
Framework.SAGEMAKER_SCIKIT_LEARN = Framework("SAGEMAKER-SCIKIT-LEARN")


class SupportedEndpointType(EnumLike):
    """Which kind of endpoint a job recommends (API reference, `RecommendationJobSupportedEndpointType`)."""

    REAL_TIME: ClassVar[SupportedEndpointType]
    SERVERLESS: ClassVar[SupportedEndpointType]


SupportedEndpointType.REAL_TIME = SupportedEndpointType("RealTime")
SupportedEndpointType.SERVERLESS = SupportedEndpointType("Serverless")


_BUCKET: Final = replace(BUCKET, is_required=True)
_OBJECT_KEY: Final = PropType(of=str, example='"sample.tar.gz"', is_required=True)
_CONTENT_TYPES: Final = PropType(of=str, example='["application/json"]', is_list=True, is_required=True)


@dataclass(frozen=True, kw_only=True)
class PayloadConfig:
    """What the endpoints under test are fed (API reference, `RecommendationJobPayloadConfig`).

    Attributes:
        sample_payload_url: One S3 object, a gzip compressed tar archive: `s3://bucket/key.tar.gz`. The execution role
            must be able to read it; see `from_bucket` and `input_buckets`.
        supported_content_types: MIME types of the input. Required where the model isn't a model package.
        location: Bucket and key, where `from_bucket` was given them; the job's role may read the object.
    """

    sample_payload_url: str
    supported_content_types: Sequence[str] = field(
        default=(), metadata=member("SupportedContentTypes", kind=_CONTENT_TYPES)
    )
    location: tuple[IBucket, str] | None = field(default=None, init=False, compare=False, metadata=member(render=None))

    @classmethod
    def from_bucket(cls, bucket: IBucket, key: str, *, supported_content_types: Sequence[str] = ()) -> PayloadConfig:
        """Feed the endpoints an object of a bucket, which the job's role is allowed to read.

        Args:
            bucket: The bucket; it needn't be named in `input_buckets` for the payload.
            key: Key of the object, a gzip compressed tar archive.
            supported_content_types: MIME types of the input. Required where the model isn't a model package.

        Raises:
            ValidationError: The bucket or the key is of another type.
        """
        expect_type(_BUCKET, "bucket", bucket)
        expect_type(_OBJECT_KEY, "key", key)
        payload = cls(
            sample_payload_url=f"s3://{bucket.bucket_name}/{key}", supported_content_types=supported_content_types
        )
        object.__setattr__(payload, "location", (bucket, key))
        return payload


@dataclass(frozen=True, kw_only=True)
class ContainerConfig:
    """What runs in the container (API reference, `RecommendationJobContainerConfig`).

    Each field overrides the model package's own. A model that isn't a model package takes `ModelContainerConfig`.

    Attributes:
        domain: Machine learning domain.
        task: Machine learning task.
        framework: Framework of the container image.
        framework_version: 3 to 10 characters, for example `1.7-1`.
        payload_config: What the endpoints are fed.
        nearest_model_name: A model that AWS has benchmarked and that resembles yours, for example `resnet50`.
        supported_instance_types: Instance types that the job may choose from, for example `ml.c5.xlarge`.
        data_input_config: Name and shape of the inputs as a JSON object, at most 1024 characters. Makes the service
            compile the model with SageMaker Neo.
        supported_endpoint_type: Limits the results to one kind of endpoint. Default: both kinds.
        supported_response_mime_types: MIME types of the output.
    """

    domain: Domain | None = field(
        default=None, metadata=member("Domain", kind=PropType(of=Domain, example="Domain.COMPUTER_VISION"))
    )
    task: Task | None = field(
        default=None, metadata=member("Task", kind=PropType(of=Task, example="Task.CLASSIFICATION"))
    )
    framework: Framework | None = field(
        default=None, metadata=member("Framework", kind=PropType(of=Framework, example="Framework.PYTORCH"))
    )
    framework_version: str | None = None
    payload_config: PayloadConfig | None = field(
        default=None, metadata=member("PayloadConfig", kind=PropType(of=PayloadConfig, example="PayloadConfig(...)"))
    )
    nearest_model_name: str | None = None
    supported_instance_types: Sequence[str] = field(
        default=(),
        metadata=member(
            "SupportedInstanceTypes",
            kind=PropType(of=str, example='["ml.c5.xlarge"]', is_list=True, is_required=True),
        ),
    )
    data_input_config: str | None = None
    supported_endpoint_type: SupportedEndpointType | None = field(
        default=None,
        metadata=member(
            "SupportedEndpointType",
            kind=PropType(of=SupportedEndpointType, example="SupportedEndpointType.REAL_TIME"),
        ),
    )
    supported_response_mime_types: Sequence[str] = field(
        default=(), metadata=member("SupportedResponseMIMETypes", kind=_CONTENT_TYPES)
    )


@dataclass(frozen=True, kw_only=True)
class ModelContainerConfig(ContainerConfig):
    """The container of a model that isn't a model package: `ContainerConfig` with what the service then requires.

    The other attributes are those of `ContainerConfig` (developer guide, prerequisites).

    Attributes:
        domain: Machine learning domain.
        task: Machine learning task.
        payload_config: What the endpoints are fed; its `supported_content_types` are required, too.
    """

    # field() keeps the defaults of the base class from becoming these fields' own.
    domain: Domain = field()
    task: Task = field()
    payload_config: PayloadConfig = field()
