"""The IAM path of the roles that the library creates, by which one statement covers all of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.construct_memo import node_of, once
from cdk_inference_recommender.validation.stack_environment import region_of, stack_name_of, stack_of
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from aws_cdk import Stack
    from constructs import Construct

ROLE_PATH_CONTEXT: Final = "cdk-inference-recommender:role-path"
"""Context key of the path's prefix."""

_DEFAULT: Final = "/cdk-inference-recommender/"
_MAX_LENGTH: Final = 256
"""IAM allows a path 512 characters; Region, stack name and the role's own name need up to 210 of them."""
_VALID: Final = re.compile(r"/([A-Za-z0-9_+=,.@-]+/)*")
"""IAM allows more, but SageMaker's `RoleArn` doesn't (API reference, CreateInferenceRecommendationsJob)."""


def stack_role_path(scope: Construct) -> str:
    """Return the path of a stack's roles, in which no other stack of the account has any; may hold tokens.

    IAM is global, so that the Region is a part of it.

    Args:
        scope: Any construct of the stack.

    Raises:
        ValidationError: The context value isn't a path that both IAM and SageMaker accept.
    """
    stack = stack_of(scope)
    return once(stack, "role_path", lambda: _role_path(stack))


def _role_path(stack: Stack) -> str:
    given: object = node_of(stack).try_get_context(ROLE_PATH_CONTEXT)
    prefix = _DEFAULT if given is None else given
    if not isinstance(prefix, str) or len(prefix) > _MAX_LENGTH or not _VALID.fullmatch(prefix):
        raise ValidationError(
            f"{stack.node.path}: the context value {ROLE_PATH_CONTEXT} = {prefix!r} isn't an IAM path. Give at most "
            f"{_MAX_LENGTH} letters, digits and _+=,.@- between slashes, for example /ml/recommender/."
        )
    return f"{prefix}{region_of(stack)}/{stack_name_of(stack)}/"
