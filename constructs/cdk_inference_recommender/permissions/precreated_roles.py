"""Roles that are made outside the app, which `iam.Role.customize_roles` declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.construct_memo import node_of, once

if TYPE_CHECKING:
    from constructs import Construct

# The CDK exports neither the key nor a query for it (aws-cdk-lib, core/lib/helpers-internal,
# customize-roles.ts).
_CONTEXT_KEY: Final = "@aws-cdk/iam:customizeRoles"


def roles_are_customized(scope: Construct) -> bool:
    """Return whether the CDK reports what a scope's roles need instead of granting it.

    Args:
        scope: The role, or where it is created.
    """
    return once(scope, "roles_are_customized", lambda: node_of(scope).try_get_context(_CONTEXT_KEY) is not None)
