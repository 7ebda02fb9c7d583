"""What no endpoint can be made of, whatever else is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk.aws_kms import IKey
    from constructs import Construct


def refuse_endpoint(
    endpoint: Construct,
    *,
    is_serverless: bool,
    vpc: ec2.IVpc | None,
    volume_encryption_key: IKey | str | None,
    network_isolation: bool | None,
    reads_something: bool,
) -> None:
    """Refuse a serverless endpoint that is asked for what it can't be, and a default role that could read nothing.

    Args:
        endpoint: Whose props they are.
        is_serverless: Whether a serverless endpoint is recommended.
        vpc: As given.
        volume_encryption_key: As given.
        network_isolation: As given.
        reads_something: Whether there is a role, or anything that the default one may read.

    Raises:
        ValidationError: Either is so.
    """
    instances_only = {
        "vpc": vpc is not None,
        "volume_encryption_key": volume_encryption_key is not None,
        "network_isolation": bool(network_isolation),
    }
    stray = [name for name, is_asked in instances_only.items() if is_asked]
    if is_serverless and stray:
        raise ValidationError(
            f"{endpoint.node.path}: a serverless endpoint takes no {' and no '.join(stray)} (developer guide, "
            "serverless inference, feature exclusions). Leave it out, or use a real-time recommendation."
        )
    if not reads_something:
        raise ValidationError(
            f"{endpoint.node.path}: the default role could read neither the model's artifacts nor its image. Name "
            "their buckets in input_buckets and repositories in image_repositories, or give a role of your own."
        )
