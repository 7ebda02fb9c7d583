"""CloudFormation's configuration of a recommended endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender.permissions.endpoint_grants import grant_output, ssm_access_statement
from cdk_inference_recommender.permissions.kms_key import kms_key_id

from .props.endpoint_props import VARIANT

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from .props.endpoint_props import EndpointProps
    from .recommended_model import RecommendedModel

_OF_CONFIGURATION = ("DataCaptureConfig", "AsyncInferenceConfig", "MetricsConfig")


def endpoint_configuration(
    endpoint: Construct, props: EndpointProps, rendered: Mapping[str, Any], *, model: RecommendedModel, role: iam.IRole
) -> sagemaker.CfnEndpointConfig:
    """Declare the configuration, and allow the role what it needs.

    Args:
        endpoint: The endpoint.
        props: Its props.
        rendered: As `rendered_props` makes it.
        model: Its model.
        role: The containers' role.
    """
    configuration = sagemaker.CfnEndpointConfig(
        endpoint,
        "EndpointConfig",
        production_variants=[
            sagemaker.CfnEndpointConfig.ProductionVariantProperty(
                model_name=model.model_name,
                variant_name=props.variant_name,
                initial_variant_weight=1,
                **props.recommendation._hosting(props.initial_instance_count),  # noqa: SLF001 -- for no other package
            )
        ],
        kms_key_id=kms_key_id(props.volume_encryption_key),
    )
    if props.volume_encryption_key is not None:
        # The configuration names an alias, which doesn't make CloudFormation create the alias first.
        configuration.node.add_dependency(props.volume_encryption_key)
    # The names of CloudFormation's properties are the API's, whatever version of the CDK is used.
    for name, value in rendered.get(VARIANT, {}).items():
        for path, leaf in _leaves(value, f"ProductionVariants.0.{name}"):
            configuration.add_property_override(path, leaf)
    for name in _OF_CONFIGURATION:
        if name in rendered:
            configuration.add_property_override(name, rendered[name])
    if _grant(endpoint, props, role):
        configuration.node.add_dependency(role)
    return configuration


def _leaves(value: object, path: str) -> list[tuple[str, object]]:
    """Return what an override sets, so that what the recommendation has set beside it stays."""
    if not isinstance(value, Mapping):
        return [(path, value)]
    return [leaf for name, below in value.items() for leaf in _leaves(below, f"{path}.{name}")]


def _grant(endpoint: Construct, props: EndpointProps, role: iam.IRole) -> bool:
    """Allow the role what the props need; return whether they need anything."""
    capture, inference, core_dump = props.data_capture, props.async_inference, props.core_dump
    destinations = [each.destination for each in (capture, core_dump) if each is not None]
    topics = []
    if inference is not None:
        destinations += [place for place in (inference.output, inference.failure_output) if place is not None]
        topics = [topic for topic in (inference.success_topic, inference.error_topic) if topic is not None]
    keys = [each.encryption_key for each in (capture, inference, core_dump) if each is not None]
    grant_output(
        endpoint,
        role,
        destinations=[(place.bucket, place.keys) for place in destinations],
        keys=[key for key in keys if key is not None],
        topics=topics,
    )
    if props.enable_ssm_access:
        role.add_to_principal_policy(ssm_access_statement())
    return bool(destinations or props.enable_ssm_access)
