"""Resources that end with their stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aws_cdk import RemovalPolicy, Resource
from constructs import Construct

from .construct_memo import once
from .stack_environment import stack_of
from .validation_error import ValidationError

if TYPE_CHECKING:
    from aws_cdk import Stack


class StackResource(Resource):
    """A resource that always ends with its stack, whatever its removal policy."""

    _why_not_retained: ClassVar[str]
    """Why a removal policy can't retain it, and what to do instead."""

    def __init__(self, scope: Construct, id: str, **options: str | None) -> None:  # noqa: A002 -- the CDK's name for it
        """Add the resource to a stack.

        Args:
            scope: The construct's parent.
            id: Its id.
            **options: `physical_name` or `environment_from_arn`, as for `Resource`.

        Raises:
            ValidationError: The parent is in no stack.
        """
        stack = expect_stack(scope, id)
        super().__init__(scope, id, **options)
        if stack is not None:
            once(self, "stack", lambda: stack)

    def apply_removal_policy(self, policy: RemovalPolicy) -> None:
        """Accept `RemovalPolicy.DESTROY`, which is the default, and reject other policies.

        Args:
            policy: The removal policy.

        Raises:
            ValidationError: The policy would retain the resource.
        """
        if policy is not RemovalPolicy.DESTROY:
            raise ValidationError(
                f"{self.node.path}: apply_removal_policy(RemovalPolicy.{policy.name}): {self._why_not_retained}"
            )


def expect_stack(scope: Construct, id: str) -> Stack | None:  # noqa: A002 -- the CDK's name for it
    """Return the stack of a construct's parent; None for what is no construct, which the CDK's constructor rejects.

    Args:
        scope: The parent of the construct that is about to be made.
        id: Id of that construct.

    Raises:
        ValidationError: It is in no stack.
    """
    if not isinstance(scope, Construct):
        return None
    try:
        return stack_of(scope)
    except RuntimeError:
        path = "/".join(part for part in (scope.node.path, id) if part)
        raise ValidationError(
            f"{path}: scope = <{type(scope).__name__}> is in no stack, and CloudFormation deploys stacks only. Give a "
            "Stack, or a construct within one, as the scope."
        ) from None
