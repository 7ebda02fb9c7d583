"""Objects of S3 and images of ECR for what names them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {"digest": f"sha256:{'0' * 64}", "size": 1},
    "layers": [],
}


def put_object(client: Callable[[str], Any], url: str, body: bytes = b"content") -> None:
    """Create an S3 object, and its bucket."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    client("s3").create_bucket(Bucket=bucket)
    client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def put_image(client: Callable[[str], Any], uri: str) -> str:
    """Create an image, and its repository if there is none; return its digest."""
    repository, _, tag = uri.partition("/")[2].partition(":")
    ecr = client("ecr")
    if not any(each["repositoryName"] == repository for each in ecr.describe_repositories()["repositories"]):
        ecr.create_repository(repositoryName=repository)
    image = ecr.put_image(repositoryName=repository, imageManifest=json.dumps(MANIFEST | {"of": uri}), imageTag=tag)
    digest: str = image["image"]["imageId"]["imageDigest"]
    return digest
