"""`AWS::S3::Bucket`, through S3's API: moto's own class knows few of its properties, and empties it to delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from inference_recommender_sandbox.cloudformation.resource_provider import (
    FailedResourceError,
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)

from .api_resource import Parameters, refusal
from .replacement import needs_replacement

if TYPE_CHECKING:
    from .api_resource import ApiClients

_TYPE: Final = "AWS::S3::Bucket"
_HOME_REGION: Final = "us-east-1"
"""The only Region that a bucket is created in without a location constraint."""


class BucketProvider(ResourceProvider):
    """Provisions buckets with their encryption, versioning, public access block and tags.

    Args:
        clients: Call the sandbox.
    """

    def __init__(self, clients: ApiClients) -> None:
        self._clients = clients

    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether the name changed."""
        return needs_replacement(_TYPE, old, new)

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Create the bucket, then configure it."""
        s3 = self._clients.of("s3", request.region)
        name = str(request.properties.get("BucketName") or request.generated_name().lower())
        location = {"LocationConstraint": request.region}
        try:
            s3.create_bucket(
                Bucket=name, **({} if request.region == _HOME_REGION else {"CreateBucketConfiguration": location})
            )
        except ClientError as error:
            raise refusal(error) from error
        try:
            _configure(s3, name, {}, request.properties)
        except ClientError as error:
            raise FailedResourceError(str(refusal(error)), physical_id=name) from error
        return ProvisionedResource(physical_id=name, attributes=_attributes(name, request.region))

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Configure the bucket."""
        try:
            _configure(
                self._clients.of("s3", request.region), current.physical_id, request.old_properties, request.properties
            )
        except ClientError as error:
            raise refusal(error) from error
        return current

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete the bucket; S3 refuses one that isn't empty."""
        if not current.physical_id:
            return
        try:
            self._clients.of("s3", request.region).delete_bucket(Bucket=current.physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise refusal(error) from error


def _attributes(name: str, region: str) -> Parameters:
    return {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
    }


def _configure(s3: Any, name: str, old: Parameters, new: Parameters) -> None:
    """Make the calls for what differs between two versions of the properties."""

    def changed(member: str) -> bool:
        return old.get(member) != new.get(member)

    if changed("VersioningConfiguration"):
        status = new.get("VersioningConfiguration", {"Status": "Suspended"})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=status)
    if changed("BucketEncryption"):
        _set_encryption(s3, name, new.get("BucketEncryption"))
    if changed("PublicAccessBlockConfiguration"):
        blocked = new.get("PublicAccessBlockConfiguration")
        if blocked:
            flags = {key: str(value).lower() == "true" for key, value in blocked.items()}
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=flags)
        else:
            s3.delete_public_access_block(Bucket=name)
    if changed("Tags"):
        if new.get("Tags"):
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": new["Tags"]})
        else:
            s3.delete_bucket_tagging(Bucket=name)


def _set_encryption(s3: Any, name: str, encryption: Parameters | None) -> None:
    if encryption is None:
        s3.delete_bucket_encryption(Bucket=name)
        return
    rules = [
        {
            ("ApplyServerSideEncryptionByDefault" if key == "ServerSideEncryptionByDefault" else key): value
            for key, value in rule.items()
        }
        for rule in encryption["ServerSideEncryptionConfiguration"]
    ]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
