"""Passing a role of the library's own whose IAM path was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from cdk_inference_recommender.validation.construct_memo import node_of

from .granted_statement import policy_of
from .handler_permissions import pass_role_statement
from .role_arn import role_arn_of, role_name_of

if TYPE_CHECKING:
    from typing import Final

    from .default_role import DefaultRole
    from .granted_statement import GrantedStatement


class MovedRolePolicy(iam.CfnPolicy):
    """A policy that is in the template only if something, such as an aspect, gave the role another path.

    Whether it did is known when the template is written: aspects run after all constructs were created, and in no
    order that one of them could rely on.

    Args:
        role: The role, created under the stack's path.
        passed_by: The role that passes it.
    """

    def __init__(self, role: DefaultRole, *, passed_by: iam.IRole) -> None:
        self._role = role
        self.granted: Final[GrantedStatement] = pass_role_statement(
            role_arn_of(role),
            reason="Passes a default role whose IAM path was changed, for example by an aspect.",
            without="Jobs and models with that role aren't created.",
        )
        super().__init__(
            role,
            "PassRole",
            policy_name=f"PassRole{node_of(role).addr[-8:]}",
            policy_document=policy_of([self.granted]),
            roles=[role_name_of(passed_by), *([role.role_name] if role.passes_itself else [])],
        )

    def _should_synthesize(self) -> bool:
        return self._role.was_moved
