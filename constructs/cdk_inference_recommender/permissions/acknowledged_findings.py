"""Findings of compliance tools that the library has reasons for, as cdk-nag 3 and checkov read them.

`Validations.of(construct).acknowledge(...)` writes the same metadata, in a call for each finding. What an app decides,
such as a VPC for the function, isn't acknowledged here: the app's own tools have to say it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Validations

from cdk_inference_recommender.validation.stack_environment import stack_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import CfnResource
    from constructs import IConstruct

    from .granted_statement import GrantedStatement

INLINE_POLICY: Final = (
    "NIST.800.53.R5::NIST.800.53.R5-IAMNoInlinePolicy",
    "PCI.DSS.321::PCI.DSS.321-IAMNoInlinePolicy",
)
OLDER_RUNTIME: Final = ("AwsSolutions::AwsSolutions-L1", "Serverless::Serverless-LambdaLatestVersion")
NO_DEAD_LETTER_QUEUE: Final = ("NIST.800.53.R5::NIST.800.53.R5-LambdaDLQ", "Serverless::Serverless-LambdaDLQ")
NO_DEAD_LETTER_QUEUE_IN_TEMPLATE: Final = "CKV_AWS_116"
WILDCARD_OF_A_FUNCTION: Final = "Serverless::Serverless-LambdaStarPermissions"
INLINE_POLICY_REASON: Final = (
    "The permissions belong to this role alone, and are deleted with it. A managed policy could be attached elsewhere."
)
_WILDCARD: Final = "AwsSolutions::AwsSolutions-IAM5"


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Acknowledge findings of a construct and of all that is within it.

    Args:
        construct: The construct.
        reasons: Why each finding is accepted, by its id.
    """
    if reasons:
        construct.node.add_metadata(_metadata_key(), dict(reasons))


def acknowledge_in_template(resource: CfnResource, finding: str, reason: str) -> None:
    """Acknowledge a finding of checkov, which reads templates.

    Args:
        resource: The resource.
        finding: Id of the check.
        reason: Why it is accepted.
    """
    resource.add_metadata("checkov", {"skip": [{"id": finding, "comment": reason}]})


def wildcard_reasons(construct: IConstruct, granted: Iterable[GrantedStatement]) -> dict[str, str]:
    """Return why each wildcard in a role's statements is accepted, by the finding's id.

    Args:
        construct: The role.
        granted: The statements.
    """
    found = [
        (f"{kind}::", text, each.reason)
        for each in granted
        if each.document["Effect"] == "Allow"
        for kind in ("Action", "Resource")
        for text in _as_list(each.document[kind])
        if "*" in text
    ]
    spelled = stack_of(construct).resolve([text for _, text, _ in found]) if found else []
    reasons: dict[str, dict[str, None]] = {}
    for (kind, _, reason), text in zip(found, spelled, strict=True):
        reasons.setdefault(f"{_WILDCARD}[{kind}{_flattened(text)}]", {})[reason] = None
    return {id: " ".join(each) for id, each in reasons.items()}  # noqa: A001 -- the tool's name for it


@cache
def _metadata_key() -> str:
    return Validations.ACKNOWLEDGED_RULES_METADATA_KEY


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _flattened(value: Any) -> str:
    """Return a resolved text as cdk-nag spells it: `<Name>` for a reference, `<Name.Attribute>` for an attribute."""
    if isinstance(value, str):
        return value
    [(function, argument)] = value.items()
    if function == "Fn::Join":
        delimiter, parts = argument
        return str(delimiter).join(map(_flattened, parts))
    return f"<{'.'.join(argument) if function == 'Fn::GetAtt' else argument}>"
