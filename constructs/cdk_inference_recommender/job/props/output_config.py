"""Where a job's artifacts go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk.aws_kms import IKey


@dataclass(frozen=True, kw_only=True)
class OutputConfig:
    """Where artifacts go and how they are encrypted (API reference, `RecommendationJobOutputConfig`).

    Attributes:
        kms_key: Encrypts the artifacts in S3: a key, or its id, ARN, `alias/<name>` or alias ARN. A parameter,
            or another token that names no key of this app, has to hold an ARN: permissions are made of it.
        compiled_output_s3_uri: Where a model that Neo compiled is stored: `s3://bucket/prefix`.
    """

    kms_key: IKey | str | None = None
    compiled_output_s3_uri: str | None = None
