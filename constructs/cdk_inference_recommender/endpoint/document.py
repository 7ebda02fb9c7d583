"""A recommended endpoint's props in the form that rules read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.validation.api_member import members_of, with_member

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.model.network import JobNetwork

    from .props.endpoint_props import EndpointProps


def rendered_props(props: EndpointProps) -> dict[str, object]:
    """Return the props that are given by the members of the API that they are rendered to.

    Args:
        props: As given.

    Raises:
        ValidationError: One can't be expressed in the API's unit.
    """
    document: dict[str, object] = {}
    for path, value in members_of(props):
        document = with_member(document, path, value)
    return document


def endpoint_document(
    rendered: Mapping[str, object],
    *,
    model: ModelSource,
    role_arn: str,
    network: JobNetwork | None,
    tags: Sequence[Sequence[dict[str, str]]],
) -> dict[str, object]:
    """Return an endpoint's props under the paths of a job's request, so that the same rules and spellings apply.

    Args:
        rendered: As `rendered_props` makes it.
        model: What the endpoint runs.
        role_arn: Of the containers' role.
        network: Where the containers have network interfaces.
        tags: Of each of the resources that the endpoint is made of.

    Returns:
        The props that are given, with their tokens.
    """
    config = model.container_config
    tagged = {tag["Key"]: tag for tags_of_resource in tags for tag in tags_of_resource}
    input_config = {
        "ModelPackageVersionArn": model.model_package_version_arn,
        "ModelName": model.model_name,
        "ContainerConfig": _given(DataInputConfig=config.data_input_config) if config else None,
        "VpcConfig": network.ids() if network else None,
    }
    document: dict[str, object] = {**rendered, "RoleArn": role_arn, "Tags": list(tagged.values())}
    for name, value in _given(**input_config).items():
        document = with_member(document, ("InputConfig", name), value)
    return document


def _given(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
