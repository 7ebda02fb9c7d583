"""The name of a resource of which only the ARN is known."""

from __future__ import annotations

from aws_cdk import Fn


def resource_name(arn: str) -> str:
    """The name in an ARN that ends in `<type>/<name>`, as those of models and endpoints do.

    Args:
        arn: May be a token.
    """
    return Fn.select(1, Fn.split("/", arn))
