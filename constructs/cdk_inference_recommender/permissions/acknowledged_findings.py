"""Findings of compliance tools that the library has reasons for, as cdk-nag 3 and checkov read them.

`Validations.of(construct).acknowledge(...)` writes the same metadata, in a call for each finding. What an app decides,
such as a VPC for the function, isn't acknowledged here: the app's own tools have to say it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Validations

from cdk_inference_recommender.cross_stack.token_references import TOKEN
from cdk_inference_recommender.validation.construct_memo import node_of
from cdk_inference_recommender.validation.stack_environment import pseudo_parameters_of, stack_of

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
        node_of(construct).add_metadata(_metadata_key(), dict(reasons))


def acknowledge_in_template(resource: CfnResource, finding: str, reason: str) -> None:
    """Acknowledge a finding of checkov, which reads templates.

    Args:
        resource: The resource.
        finding: Id of the check.
        reason: Why it is accepted.
    """
    resource.add_metadata("checkov", {"skip": [{"id": finding, "comment": reason}]})


def wildcard_reasons(scope: IConstruct, granted: Iterable[GrantedStatement]) -> dict[str, str]:
    """Return why each wildcard in a role's statements is accepted, by the finding's id.

    Args:
        scope: Any construct of the role's stack.
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
    spelled = _spelled(scope, [text for _, text, _ in found])
    reasons: dict[str, dict[str, None]] = {}
    for (kind, _, reason), text in zip(found, spelled, strict=True):
        reasons.setdefault(f"{_WILDCARD}[{kind}{text}]", {})[reason] = None
    return {id: " ".join(each) for id, each in reasons.items()}  # noqa: A001 -- the tool's name for it


def _spelled(scope: IConstruct, texts: Iterable[str]) -> list[str]:
    """Return texts as cdk-nag spells them once they are resolved."""
    spelled = list(texts)
    # Most have no other token than these. The rest is resolved in one call of the CDK.
    for token, name in pseudo_parameters_of(scope).items():
        spelled = [text.replace(token, f"<{name}>") for text in spelled]
    unresolved = [text for text in spelled if TOKEN.search(text)]
    resolved = dict(zip(unresolved, stack_of(scope).resolve(unresolved), strict=True)) if unresolved else {}
    return [_flattened(resolved.get(text, text)) for text in spelled]


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
