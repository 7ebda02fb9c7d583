"""What a template needs acknowledged before it is deployed.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, Capabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_recommender_sandbox.cloudformation.errors import InsufficientCapabilitiesError

from .structure import transforms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .template import Template

_IAM: Final = "CAPABILITY_IAM"
_NAMED_IAM: Final = "CAPABILITY_NAMED_IAM"
_AUTO_EXPAND: Final = "CAPABILITY_AUTO_EXPAND"
_NAME_PROPERTIES: Final[Mapping[str, str | None]] = {
    "AWS::IAM::AccessKey": None,
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": None,
}
"""The types that need a capability, and the property that gives them a name of the user's."""


def needed_capability(template: Template) -> str | None:
    """Return the capability that a template's identities need, conditional ones too; `None` where it has none."""
    resources = [item for item in template.resources.values() if item["Type"] in _NAME_PROPERTIES]
    if any(_NAME_PROPERTIES[item["Type"]] in item.get("Properties", {}) for item in resources):
        return _NAMED_IAM
    return _IAM if resources else None


def check_capabilities(template: Template, given: Iterable[str], *, expands: bool) -> None:
    """Refuse a template whose capabilities aren't acknowledged.

    Args:
        template: What is to be deployed.
        given: What the request acknowledges.
        expands: Whether macros are expanded without a change set that shows what came of them.

    Raises:
        InsufficientCapabilitiesError: If one is missing; the text is AWS's.
    """
    acknowledged = set(given)
    if _NAMED_IAM in acknowledged:
        acknowledged.add(_IAM)
    needed = needed_capability(template)
    expansion = _AUTO_EXPAND if expands and transforms(template.sections) else None
    for capability in (needed, expansion):
        if capability is not None and capability not in acknowledged:
            raise InsufficientCapabilitiesError(f"Requires capabilities : [{capability}]")
