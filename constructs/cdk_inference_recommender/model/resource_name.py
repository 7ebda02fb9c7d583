"""The name of a resource, where that isn't given itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Fn
from aws_cdk.aws_sagemaker import CfnEndpoint, CfnModel

from cdk_inference_recommender.validation.cdk_interfaces import MODEL
from cdk_inference_recommender.validation.prop_types import expect_type

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_sagemaker import IEndpointRef, IModelRef


def resource_name(arn: str) -> str:
    """The name in an ARN that ends in `<type>/<name>`, as those of models and endpoints do.

    Args:
        arn: May be a token.
    """
    return Fn.select(1, Fn.split("/", arn))


def name_of_endpoint(endpoint: str | IEndpointRef | None) -> str | None:
    """The name of an endpoint.

    Args:
        endpoint: The name itself, or a construct; None where there is none.
    """
    if endpoint is None or isinstance(endpoint, str):
        return endpoint
    if isinstance(endpoint, CfnEndpoint):
        return endpoint.attr_endpoint_name
    name = getattr(endpoint, "endpoint_name", None)
    return name if isinstance(name, str) else resource_name(endpoint.endpoint_ref.endpoint_arn)


def name_of_model(model: str | IModelRef) -> str:
    """Return the name of a model.

    Args:
        model: The name itself, or a construct.

    Raises:
        ValidationError: It is of another type.
    """
    expect_type(MODEL, "model", model)
    if isinstance(model, str):
        return model
    if isinstance(model, CfnModel):
        return model.attr_model_name
    return resource_name(model.model_ref.model_arn)
