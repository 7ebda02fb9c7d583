"""Endpoint configurations that take their instance type from a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jsii
from aws_cdk import Acknowledgment, IAspect, Stack, Validations
from aws_cdk import aws_sagemaker as sagemaker

if TYPE_CHECKING:
    from constructs import IConstruct

_RULE: Final = "CloudFormation-Validate::W3030"


@jsii.implements(IAspect)
class AcknowledgeParameterReferences:
    """Silences a warning that is wrong and that no user could act on.

    The CDK's own template check takes the name of a parameter in Parameter Store for its value, and warns that the
    name is no instance type.
    """

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter

    def visit(self, node: IConstruct) -> None:
        """Acknowledge the warning where, and only where, the instance type is the parameter's value."""
        if not isinstance(node, sagemaker.CfnEndpointConfig):
            return
        variants: Any = Stack.of(node).resolve(node.production_variants)
        if any(variant.get("instanceType") == {"Ref": self._parameter} for variant in variants or []):
            Validations.of(node).acknowledge(
                Acknowledgment(id=_RULE, reason="The instance type is a parameter's value, known when it is deployed")
            )
