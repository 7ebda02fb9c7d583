"""What is kept of a container that crashes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cdk_inference_recommender.permissions.kms_key import kms_key_id
from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import KEY

from .s3_destination import DESTINATION, S3Destination, destination_uri

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_kms import IKeyRef


@dataclass(frozen=True, kw_only=True)
class CoreDump:
    """Where core dumps of a crashed container go (API reference, `ProductionVariantCoreDumpConfig`).

    Attributes:
        destination: Where to; the endpoint's role is allowed to write there.
        encryption_key: Of the objects; the role may use it. Default: the service's key for the account.
    """

    destination: S3Destination = field(
        metadata=member("DestinationS3Uri", kind=replace(DESTINATION, is_required=True), render=destination_uri)
    )
    encryption_key: IKeyRef | None = field(
        default=None, metadata=member("KmsKeyId", kind=KEY, render=lambda key, _: kms_key_id(key))
    )
