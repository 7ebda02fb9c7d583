"""What an endpoint records of its requests and responses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.permissions.kms_key import kms_key_id
from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import KEY
from cdk_inference_recommender.validation.enum_like import EnumLike
from cdk_inference_recommender.validation.prop_types import PropType

from .s3_destination import DESTINATION, S3Destination, destination_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jsii
    from aws_cdk.interfaces.aws_kms import IKeyRef

_CONTENT_TYPES: Final = PropType(of=str, example='["application/json"]', is_list=True, is_required=True)
_HEADER: Final = "CaptureContentTypeHeader"


class CaptureMode(EnumLike):
    """What is recorded of an invocation (API reference, `CaptureOption`)."""

    INPUT: ClassVar[CaptureMode]
    OUTPUT: ClassVar[CaptureMode]
    INPUT_AND_OUTPUT: ClassVar[CaptureMode]


CaptureMode.INPUT = CaptureMode("Input")
CaptureMode.OUTPUT = CaptureMode("Output")
CaptureMode.INPUT_AND_OUTPUT = CaptureMode("InputAndOutput")


@dataclass(frozen=True, kw_only=True)
class DataCapture:
    """Which requests and responses are recorded in a bucket (API reference, `DataCaptureConfig`).

    The endpoint's role is allowed to write to the destination and to use the key.

    Attributes:
        destination: Where to.
        sampling_percentage: Of the requests, a whole number from 0 to 100.
        capture_modes: What is recorded of each. Default: input and output.
        encryption_key: Of the objects. Default: the bucket's own encryption.
        csv_content_types: Content types that are recorded as CSV, at most 10. Default: none, base64.
        json_content_types: Content types that are recorded as JSON, at most 10. Default: none, base64.
    """

    destination: S3Destination = field(
        metadata=member("DestinationS3Uri", kind=replace(DESTINATION, is_required=True), render=destination_uri)
    )
    sampling_percentage: jsii.Number = field(metadata=member("InitialSamplingPercentage"))
    capture_modes: Sequence[CaptureMode] = field(
        default=(CaptureMode.INPUT, CaptureMode.OUTPUT),
        metadata=member(
            "CaptureOptions",
            kind=PropType(of=CaptureMode, example="[CaptureMode.INPUT]", is_list=True, is_required=True),
            render=lambda modes, _: [{"CaptureMode": mode.value} for mode in modes],
        ),
    )
    encryption_key: IKeyRef | None = field(
        default=None, metadata=member("KmsKeyId", kind=KEY, render=lambda key, _: kms_key_id(key))
    )
    csv_content_types: Sequence[str] = field(
        default=(), metadata=member(_HEADER, "CsvContentTypes", kind=_CONTENT_TYPES)
    )
    json_content_types: Sequence[str] = field(
        default=(), metadata=member(_HEADER, "JsonContentTypes", kind=_CONTENT_TYPES)
    )
