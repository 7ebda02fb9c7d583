"""A recommendation's attributes in Parameter Store, where other stacks read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Stack
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_inference_recommender.validation.tokens import is_looked_up_later
from inference_recommendations_handler.protocol.contract import RecommendationAttribute

from .parameter_references import acknowledge_parameter_references
from .published_recommendations import PublishedRecommendations, check_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import IDependable


JOB_NAME: Final = "JobName"
"""Name of the parameter beside those of the attributes, by which a reader requests a scaling recommendation."""


def write_parameters(
    publisher: Construct,
    prefix: str,
    values: Mapping[str, str],
    *,
    description: str,
    of_job: Mapping[str, str],
    after: IDependable | None,
) -> None:
    """Create a parameter for each value; see `Recommendation.publish`.

    Args:
        publisher: The recommendation.
        prefix: What the parameters' names begin with.
        values: What they hold, by attribute, or by the name that follows the prefix.
        description: What they are, in words.
        of_job: Values that are known before the recommendation is chosen.
        after: What these wait for, so that readers get them together with what was chosen. Default: nothing.

    Raises:
        ValidationError: The prefix isn't one, or is taken in this stage.
    """
    check_prefix(prefix)
    PublishedRecommendations.of(publisher).add_publisher(prefix, publisher)
    if is_looked_up_later(prefix):
        # The text that stands for it is no parameter's name, and nothing is deployed of this synthesis.
        return
    published = Construct(publisher, f"Published{prefix.replace('/', '-')}")
    for name, value in {**values, **of_job}.items():
        parameter = ssm.StringParameter(
            published,
            str(name),
            parameter_name=_parameter_name(prefix, name),
            string_value=value,
            description=description,
        )
        if after is not None and name in of_job:
            parameter.node.add_dependency(after)


def parameter_value(reader: Construct, prefix: str, name: str) -> str:
    """Return the value of a parameter, as a token that resolves when the reader's stack is deployed.

    Args:
        reader: A recommendation that was registered with `PublishedRecommendations`.
        prefix: What the parameter's name begins with.
        name: Which one: an attribute, or the name that follows the prefix.
    """
    value = ssm.StringParameter.value_for_string_parameter(reader, _parameter_name(prefix, name))
    if name == RecommendationAttribute.INSTANCE_TYPE:
        stack = Stack.of(reader)
        acknowledge_parameter_references(stack, stack.resolve(value)["Ref"])
    return value


def _parameter_name(prefix: str, name: str) -> str:
    return f"{prefix}/{name}"
