"""The name of a resource, where that isn't given itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Fn
from aws_cdk.aws_sagemaker import CfnEndpoint

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_sagemaker import IEndpointRef


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
