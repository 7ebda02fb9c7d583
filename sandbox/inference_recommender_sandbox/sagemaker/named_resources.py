"""Resources of S3, ECR, KMS and EC2 that a job or a model names, and what is wrong with them in AWS's words.

Sources: the errors that CreateModel gives for model data ("Could not find model data at", aws-ia/ecs-blueprints issue
223; "Could not access model data at", philschmid/llm-sagemaker-sample issue 2) and for an image ("Requested image ...
not found", aws-samples/easy-amazon-sagemaker-deployments issue 4). For the payload of a job: developer guide,
Troubleshoot Inference Recommender errors, PayloadError. Those of KMS and EC2 are these services' own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

if TYPE_CHECKING:
    from collections.abc import Mapping

_S3_URL: Final = re.compile(r"s3://(?P<bucket>[^/]+)/?(?P<key>.*)")
_PATH_URL: Final = re.compile(r"https://s3[.-][^/]*/(?P<bucket>[^/]+)/?(?P<key>.*)")
_HOST_URL: Final = re.compile(r"https://(?P<bucket>[^/]+?)(?:\.s3[.-][^/]*)?/(?P<key>.*)")
_IMAGE: Final = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[^/]+/(?P<name>[^:@]+)"
    r"(?::(?P<tag>[^@]+))?(?:@(?P<digest>.+))?"
)


@dataclass(frozen=True, kw_only=True)
class S3Location:
    """A bucket, and a key or a prefix in it."""

    bucket: str
    key: str

    @classmethod
    def of(cls, url: str) -> S3Location:
        """Read an S3 URI or an HTTPS URL; any other text is a bucket that doesn't exist."""
        match = _S3_URL.fullmatch(url) or _PATH_URL.fullmatch(url) or _HOST_URL.fullmatch(url)
        return cls(bucket=match["bucket"], key=match["key"]) if match else cls(bucket=url, key="")

    def arn(self, partition: str) -> str:
        """Return the ARN of the object."""
        return f"arn:{partition}:s3:::{self.bucket}/{self.key}"


@dataclass(frozen=True, kw_only=True)
class ImageLocation:
    """An image in a private repository of ECR."""

    account_id: str
    region: str
    repository: str
    tag: str | None
    digest: str | None

    @classmethod
    def of(cls, image: str) -> ImageLocation | None:
        """Read an image's URI; None if it isn't ECR's."""
        match = _IMAGE.fullmatch(image)
        if match is None:
            return None
        tag = match["tag"] or (None if match["digest"] else "latest")
        return cls(
            account_id=match["account"],
            region=match["region"],
            repository=match["name"],
            tag=tag,
            digest=match["digest"],
        )


@dataclass(frozen=True, kw_only=True)
class NamedResources:
    """What exists in one account and Region, for a SageMaker that works there.

    Attributes:
        account_id: Twelve digits.
        region: SageMaker's.
        partition: Of AWS.
    """

    account_id: str
    region: str
    partition: str

    def object_size(self, url: str) -> int | None:
        """Return the bytes of an S3 object; None if there is no such object in the account."""
        place = S3Location.of(url)
        bucket = self._bucket(place)
        stored = bucket.keys.get(place.key) if bucket is not None else None
        return None if stored is None else int(getattr(stored, "size", 0) or 0)

    def has_objects(self, url: str) -> bool:
        """Return whether any S3 object in the account and Region has the URL, or has it as its prefix."""
        place = S3Location.of(url)
        bucket = self._bucket(place)
        return (
            bucket is not None
            and bucket.region_name == self.region
            and any(key.startswith(place.key) for key in bucket.keys)
        )

    def has_bucket(self, url: str) -> bool:
        """Return whether the account has the bucket of a URL."""
        return self._bucket(S3Location.of(url)) is not None

    def image_problem(self, image: str) -> str | None:
        """Return what is wrong with an image; those of other accounts, AWS's own among them, can't be looked up."""
        place = ImageLocation.of(image)
        if place is None or place.account_id != self.account_id:
            return None
        repository = ecr_backends[self.account_id][place.region].repositories.get(place.repository)
        known = repository.images if repository is not None else []
        found = any(
            (place.tag is None or place.tag in each.image_tags)
            and (place.digest is None or place.digest == each.get_image_digest())
            for each in known
        )
        return None if found else f"Requested image {image} not found."

    def key_problem(self, key_id: str) -> str | None:
        """Return what is wrong with a KMS key, by id, ARN or alias; another account's can't be looked up."""
        region = self.region
        if key_id.startswith("arn:"):
            _, _, _, region, account_id, *_ = key_id.split(":")
            if account_id != self.account_id:
                return None
        kms = kms_backends[self.account_id][region]
        name = kms.get_alias_name(key_id)
        target = kms.get_key_id_from_alias(name) if name.startswith("alias/") else kms.get_key_id(key_id)
        key = kms.keys.get(target) if target else None
        if key is None:
            return f"NotFoundException: Invalid keyId {key_id}: it does not exist in {region}"
        return None if key.enabled else f"DisabledException: {key.arn} is disabled."

    def network_problem(self, network: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a `VpcConfig`.

        That the groups must be of the subnets' VPC is EC2's rule for the network interfaces that SageMaker creates.
        """
        ec2 = ec2_backends[self.account_id][self.region]
        vpcs = set()
        for subnet_id in network.get("Subnets") or ():
            try:
                vpcs.add(ec2.get_subnet(subnet_id).vpc_id)
            except EC2ClientError:
                return f"The subnet ID '{subnet_id}' does not exist"
        for group_id in network.get("SecurityGroupIds") or ():
            group = ec2.get_security_group_from_id(group_id)
            if group is None:
                return f"The security group '{group_id}' does not exist"
            vpcs.add(group.vpc_id)
        if len(vpcs) > 1:
            return f"The subnets and the security groups are in different VPCs: {', '.join(sorted(vpcs))}"
        return None

    def vpc_of(self, subnet_id: str) -> str | None:
        """Return the id of a subnet's VPC; None where there is no such subnet."""
        try:
            vpc_id: str = ec2_backends[self.account_id][self.region].get_subnet(subnet_id).vpc_id
        except EC2ClientError:
            return None
        return vpc_id

    def _bucket(self, place: S3Location) -> Any:
        return s3_backends[self.account_id][self.partition].buckets.get(place.bucket)
