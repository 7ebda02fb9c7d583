"""ARNs and names of roles, which many jobs of an app may share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.validation.construct_memo import once

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam


def role_arn_of(role: iam.IRole) -> str:
    """Return the ARN of a role; may be a token."""
    return once(role, "role_arn", lambda: role.role_arn)


def role_name_of(role: iam.IRole) -> str:
    """Return the name of a role; may be a token."""
    return once(role, "role_name", lambda: role.role_name)
