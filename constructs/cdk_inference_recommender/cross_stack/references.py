"""References from other stacks to what changes with every job.

What the constructs of this library hand out is one of two kinds:

- It changes with a job or with a choice: name and ARN of a job, all attributes of a recommendation and of a scaling
  recommendation, and the name of a recommended model. No reference of the CDK's passes a new value on to another stack,
  so that such a reference is an error.
- It stays: name and ARN of a recommended endpoint, whose configuration is exchanged under the same name; the id of its
  scalable target, which is made of it; roles and security groups. They may cross stacks like any other resource.

What the constructs take is checked in the same way; see `rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import CfnOutput, CfnResource, Stack

from cdk_inference_recommender.validation.property_path import property_path
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_environment import (
    account_of,
    deployed_stack,
    is_another,
    is_elsewhere,
    stack_of,
)

from .outgoing_references import CROSS_REGION_EXPORT, EXPORT, STACK_OUTPUT, outgoing_references
from .published_rules import HAND_OVER
from .referenced_resources import referenced_resources
from .rules import OutgoingReference, check_outgoing_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct, IConstruct

    from cdk_inference_recommender.request import Problem

_HARM: Final = {
    # CloudFormation user guide, outputs.
    EXPORT: "CloudFormation would export it, and can't change an export that is in use",
    # aws-cdk-lib 2.275, core/cross-region-ssm-writer-handler: an update writes only exports of a new name. Earlier
    # releases failed the deployment with "Some exports have changed!".
    CROSS_REGION_EXPORT: "the CDK would copy it to the other Region once, and never copy a new value",
    STACK_OUTPUT: "that stack's template would stay the same, so the CDK CLI would skip it and its value grow old",
}
THROUGH_PARAMETER: Final = (
    "Write what the other stack needs to an ssm.StringParameter here, read it there with "
    "ssm.StringParameter.value_for_string_parameter, and let that stack depend on this one (add_stack_dependency)"
)
"""How a value that changes reaches another stack of the same account and Region."""
_ELSEWHERE: Final = (
    "Parameters are read in their own account and Region, and no reference of the CDK's passes on a new value. "
    f"{HAND_OVER}"
)


def report_cross_stack_references(construct: Construct, resource: CfnResource, ref: str, remedy: str) -> None:
    """Report references from other stacks to what changes with a job.

    Args:
        construct: What hands the values out.
        resource: What they are attributes of.
        ref: The property of the construct that `Ref` stands for.
        remedy: What to do where the other stack is in the same account and Region.
    """

    def problems() -> Iterator[Problem]:
        carried = outgoing_references(resource)
        if not carried:
            return
        consumers = list(_consumers(resource))
        far = [consumer for consumer in consumers if is_elsewhere(consumer, resource)]
        near = len(far) < len(consumers) or not consumers
        remedies = [remedy] * near + [f"For {_shown(far)}: {_ELSEWHERE}" if near else _ELSEWHERE] * bool(far)
        reference = OutgoingReference(
            attributes=tuple(attribute or ref for attribute in carried),
            consumers=_shown(consumers) or "another stack",
            harm="; ".join(dict.fromkeys(_HARM[carrier] for carrier in carried.values())),
            remedy=". ".join(remedies),
        )
        yield from check_outgoing_reference(reference)

    report_problems(construct, problems, lambda path: ", ".join(property_path((name,)) for name in path))


def _shown(consumers: list[IConstruct]) -> str:
    paths = (consumer.node.path.removesuffix("/Default").removesuffix("/Resource") for consumer in consumers)
    return ", ".join(dict.fromkeys(paths))


def _consumers(resource: CfnResource) -> Iterator[IConstruct]:
    """Return what refers to the resource in other stacks. It is slow, so call it for errors only."""
    producer = deployed_stack(resource)
    (target,) = referenced_resources(resource.ref, resource)
    stacks = [stack for stack in resource.node.root.node.find_all() if isinstance(stack, Stack)]
    for stack in stacks:
        consumer = deployed_stack(stack)
        if consumer is producer or not (
            # The CDK makes the stack that refers to another one depend on it, unless they go to different accounts.
            is_another(account_of(consumer), account_of(producer))
            or any(dependency is producer for dependency in consumer.dependencies)
        ):
            continue
        for element in stack.node.find_all():
            if isinstance(element, Stack) or stack_of(element) is not stack:
                continue
            if isinstance(element, CfnOutput):
                value: object = element.value
            elif isinstance(element, CfnResource):
                value = element._cfn_properties  # noqa: SLF001 -- CDK: for subclasses
            else:
                continue
            if any(found.node.path == target.node.path for found in referenced_resources(value, element)):
                yield element
