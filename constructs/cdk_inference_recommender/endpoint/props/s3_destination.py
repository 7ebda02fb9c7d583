"""Where an endpoint writes objects to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import INPUT_BUCKETS
from cdk_inference_recommender.validation.prop_types import PropType

if TYPE_CHECKING:
    from aws_cdk.aws_s3 import IBucket

_BUCKET: Final = replace(
    INPUT_BUCKETS, is_list=False, example='s3.Bucket.from_bucket_name(self, "Bucket", "my-bucket")'
)


@dataclass(frozen=True, kw_only=True)
class S3Destination:
    """A bucket, or a prefix in it, that the endpoint's role is allowed to write to.

    Attributes:
        bucket: The bucket.
        prefix: Of the objects' keys, without a slash at the ends. Default: none, the whole bucket.
    """

    bucket: IBucket = field(metadata=member(kind=_BUCKET))
    prefix: str = field(default="", metadata=member(kind=PropType(of=str, example='"captured"', is_required=True)))

    @property
    def uri(self) -> str:
        """The place as `s3://<bucket>/<prefix>`."""
        return "/".join(("s3:/", self.bucket.bucket_name, *([self.prefix] if self.prefix else [])))

    @property
    def keys(self) -> str:
        """Pattern of the keys of the objects that are written."""
        return f"{self.prefix}/*" if self.prefix else "*"


DESTINATION: Final = PropType(of=S3Destination, example='S3Destination(bucket=bucket, prefix="captured")')
"""Type of a prop that holds one."""


def destination_uri(destination: S3Destination, _where: str) -> str:
    """Return a destination as the API takes it.

    Args:
        destination: The destination.
    """
    return destination.uri
