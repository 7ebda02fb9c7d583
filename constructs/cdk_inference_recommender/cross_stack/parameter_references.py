"""Endpoint configurations that take their instance type from a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jsii
from aws_cdk import Acknowledgment, Aspects, IAspect, Stack, Validations
from aws_cdk import aws_sagemaker as sagemaker

if TYPE_CHECKING:
    from constructs import IConstruct

_RULE: Final = "CloudFormation-Validate::W3030"


def acknowledge_parameter_references(stack: Stack, parameter: str) -> None:
    """Silence a warning that is wrong and that no user could act on.

    The CDK's own template check takes the name of a parameter in Parameter Store for its value, and warns that the
    name is no instance type.

    Args:
        stack: The stack that has the endpoint configurations.
        parameter: The template's parameter that holds the instance type.
    """
    aspects = Aspects.of(stack)
    # An aspect visits every construct of the stack: one is enough, however often the value is used.
    if not any(isinstance(known, _Acknowledge) and known.parameter == parameter for known in aspects.all):
        aspects.add(_Acknowledge(parameter))


@jsii.implements(IAspect)
class _Acknowledge:
    def __init__(self, parameter: str) -> None:
        self.parameter: Final = parameter

    def visit(self, node: IConstruct) -> None:
        """Acknowledge the warning where, and only where, the instance type is the parameter's value."""
        if not isinstance(node, sagemaker.CfnEndpointConfig):
            return
        variants: Any = Stack.of(node).resolve(node.production_variants)
        if any(variant.get("instanceType") == {"Ref": self.parameter} for variant in variants or []):
            Validations.of(node).acknowledge(
                Acknowledgment(id=_RULE, reason="The instance type is a parameter's value, known when it is deployed")
            )
