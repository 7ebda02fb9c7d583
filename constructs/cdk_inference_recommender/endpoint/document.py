"""A recommended endpoint's props in the form that rules read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.model.network import JobNetwork


def endpoint_document(
    *,
    model: ModelSource,
    role_arn: str,
    endpoint_name: str | None,
    variant_name: str,
    volume_kms_key_id: str | None,
    network: JobNetwork | None,
    tags: Sequence[Sequence[dict[str, str]]],
) -> dict[str, object]:
    """Return an endpoint's props under the paths of a job's request, so that the same rules and spellings apply.

    Args:
        model: What the endpoint runs.
        role_arn: Of the containers' role.
        endpoint_name: As given.
        variant_name: As given.
        volume_kms_key_id: As `kms_key_id` makes it.
        network: Where the containers have network interfaces.
        tags: Of each of the resources that the endpoint is made of.

    Returns:
        The props that are given, with their tokens.
    """
    config = model.container_config
    tagged = {tag["Key"]: tag for tags_of_resource in tags for tag in tags_of_resource}
    members = {
        "ModelPackageVersionArn": model.model_package_version_arn,
        "ModelName": model.model_name,
        "ContainerConfig": _given(DataInputConfig=config.data_input_config) if config else None,
        "VolumeKmsKeyId": volume_kms_key_id,
        "VpcConfig": network.ids() if network else None,
    }
    document = _given(EndpointName=endpoint_name, VariantName=variant_name, RoleArn=role_arn)
    document |= {"InputConfig": _given(**members), "Tags": list(tagged.values())}
    return document


def _given(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
