"""Templates that `TemplateURL` names."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from moto.s3.models import s3_backends

from inference_recommender_sandbox.cloudformation.errors import ValidationError
from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .limits import check_object_size


def template_at(url: str, *, account_id: str) -> str:
    """Read a template that the CLI has uploaded; the bucket is in the path, or leads the host's name.

    Raises:
        ValidationError: If there is none, or it is too large.
    """
    parts = urlsplit(url)
    head, _, rest = unquote(parts.path).lstrip("/").partition("/")
    with MOTO_LOCK:
        buckets = s3_backends[account_id]["aws"].buckets
        bucket, key = (
            (head, rest) if head in buckets else (parts.netloc.split(".s3", 1)[0].split(".")[0], f"{head}/{rest}")
        )
        if bucket not in buckets or key.rstrip("/") not in buckets[bucket].keys:
            raise ValidationError(f"S3 error: Access Denied (the template {url} doesn't exist)")
        body = bytes(buckets[bucket].keys[key.rstrip("/")].value)
    check_object_size(body)
    return body.decode()
