"""CloudFormation's quotas that a template can break, and the refusal of one that does.

Source of the numbers: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.errors import ValidationError

from .values import strings

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A quota.

    Attributes:
        subject: What is limited.
        maximum: The largest number that is accepted.
        unit: What is counted.
    """

    subject: str
    maximum: int
    unit: str


MAX_BODY: Final = Limit(subject="template in a request", maximum=51_200, unit="bytes")
MAX_OBJECT: Final = Limit(subject="template in Amazon S3", maximum=1_000_000, unit="bytes")
"""The page says 1 MB; the number is the one in AWS's own message."""
MAX_RESOURCES: Final = Limit(subject="Resources", maximum=500, unit="resources")
MAX_OUTPUTS: Final = Limit(subject="Outputs", maximum=200, unit="outputs")
MAX_PARAMETERS: Final = Limit(subject="Parameters", maximum=200, unit="parameters")
MAX_MAPPINGS: Final = Limit(subject="Mappings", maximum=200, unit="mappings")
MAX_MAPPING_ATTRIBUTES: Final = Limit(subject="attributes of a mapping", maximum=200, unit="attributes")
MAX_NAME: Final = Limit(subject="name of a resource, output, parameter or mapping", maximum=255, unit="characters")
MAX_DESCRIPTION: Final = Limit(subject="Description", maximum=1024, unit="bytes")
MAX_PARAMETER_VALUE: Final = Limit(subject="value of a parameter", maximum=4096, unit="bytes")
MAX_DYNAMIC_REFERENCES: Final = Limit(subject="dynamic references in a template", maximum=60, unit="references")

"""All of them, as the documentation lists them."""

_COUNTED: Final = (MAX_OUTPUTS, MAX_PARAMETERS, MAX_MAPPINGS)
_DYNAMIC_REFERENCE: Final = "{{resolve:"


def check_body_size(body: str) -> None:
    """Refuse a template that is too large for a request.

    Raises:
        ValidationError: If it is; the text is AWS's, without the template.
    """
    if len(body.encode()) > MAX_BODY.maximum:
        raise ValidationError(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
            f"length less than or equal to {MAX_BODY.maximum}"
        )


def check_object_size(body: bytes) -> None:
    """Refuse a template that is too large for an object in S3.

    Raises:
        ValidationError: If it is; the text is AWS's.
    """
    if len(body) > MAX_OBJECT.maximum:
        raise ValidationError(f"Template may not exceed {MAX_OBJECT.maximum} bytes in size.")


def check_quotas(sections: Mapping[str, Any]) -> None:
    """Refuse a template that declares too much.

    The texts for resources and for outputs are AWS's; those for the other sections follow them.

    Raises:
        ValidationError: If it does.
    """
    description = sections.get("Description", "")
    if len(str(description).encode()) > MAX_DESCRIPTION.maximum:
        raise ValidationError(
            "Template format error: 'Description' length is greater than 1024."
            if isinstance(description, str)
            else "Template format error: Description must be a string."
        )
    resources = len(sections.get("Resources", {}))
    if resources > MAX_RESOURCES.maximum:
        raise ValidationError(
            f"Template format error: Number of resources, {resources}, is greater than maximum allowed, "
            f"{MAX_RESOURCES.maximum}"
        )
    for limit in _COUNTED:
        count = len(sections.get(limit.subject, {}))
        if count > limit.maximum:
            raise ValidationError(
                f"Template format error: {limit.subject} count {count} is greater than max allowed {limit.maximum}"
            )
    for name, mapping in sections.get("Mappings", {}).items():
        if len(mapping) > MAX_MAPPING_ATTRIBUTES.maximum:
            raise ValidationError(
                f"Template format error: Mapping {name} has {len(mapping)} attributes, which is greater than max "
                f"allowed {MAX_MAPPING_ATTRIBUTES.maximum}"
            )
    references = sum(text.count(_DYNAMIC_REFERENCE) for text in strings(sections.get("Resources", {})))
    if references > MAX_DYNAMIC_REFERENCES.maximum:
        raise ValidationError(
            f"Template format error: {references} dynamic references are greater than max allowed "
            f"{MAX_DYNAMIC_REFERENCES.maximum}"
        )
