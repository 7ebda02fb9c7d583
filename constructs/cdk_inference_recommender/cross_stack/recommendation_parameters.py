"""A recommendation's attributes in Parameter Store, where other stacks read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_inference_recommender.validation.tokens import is_looked_up_later
from inference_recommendations_handler.protocol.contract import RecommendationAttribute

from .parameter_references import acknowledge_parameter_references
from .published_recommendations import PublishedRecommendations, check_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_parameters(
    publisher: Construct, prefix: str, values: Mapping[RecommendationAttribute, str], *, description: str
) -> None:
    """Create a parameter for each attribute; see `Recommendation.publish`.

    Args:
        publisher: The recommendation.
        prefix: What the parameters' names begin with.
        values: What they hold.
        description: What they are, in words.

    Raises:
        ValidationError: The prefix isn't one, or is taken in this stage.
    """
    check_prefix(prefix)
    PublishedRecommendations.of(publisher).add_publisher(prefix, publisher)
    if is_looked_up_later(prefix):
        # The text that stands for it is no parameter's name, and nothing is deployed of this synthesis.
        return
    published = Construct(publisher, f"Published{prefix.replace('/', '-')}")
    for attribute, value in values.items():
        ssm.StringParameter(
            published,
            attribute.value,
            parameter_name=_parameter_name(prefix, attribute),
            string_value=value,
            description=description,
        )


def parameter_value(reader: Construct, prefix: str, attribute: RecommendationAttribute) -> str:
    """Return the value of a parameter, as a token that resolves when the reader's stack is deployed.

    Args:
        reader: A recommendation that was registered with `PublishedRecommendations`.
        prefix: What the parameter's name begins with.
        attribute: Which one.
    """
    value = ssm.StringParameter.value_for_string_parameter(reader, _parameter_name(prefix, attribute))
    if attribute is RecommendationAttribute.INSTANCE_TYPE:
        stack = Stack.of(reader)
        acknowledge_parameter_references(stack, stack.resolve(value)["Ref"])
    return value


def _parameter_name(prefix: str, attribute: RecommendationAttribute) -> str:
    return f"{prefix}/{attribute.value}"
