"""Rules of how much IAM lets a role have in inline policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, RequestDocument, Rule, Violation, check_rules

from .inline_policy_size import MAX_INLINE_POLICY_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HANDLER: Final = "inline_policies"
_DEFAULT_ROLE: Final = "role"
_SOURCE: Final = "IAM user guide, IAM and AWS STS quotas"
_TEXT: Final = f"IAM allows a role {MAX_INLINE_POLICY_SIZE} characters of inline policies, whitespace not counted"


def check_handler_policies(size: int) -> Iterator[Problem]:
    """Check the size of the handler role's policies.

    Args:
        size: Characters of all its inline policies.

    Returns:
        Every problem.
    """
    return check_rules(POLICY_SIZE_RULES, RequestDocument({_HANDLER: size}))


def check_default_role_policies(size: int) -> Iterator[Problem]:
    """Check the size of a default role's policies.

    Args:
        size: Characters of all its inline policies.

    Returns:
        Every problem.
    """
    return check_rules(POLICY_SIZE_RULES, RequestDocument({_DEFAULT_ROLE: size}))


def _too_large(field: str) -> Callable[[RequestDocument], Iterator[Violation]]:
    def violations(document: RequestDocument) -> Iterator[Violation]:
        for path, size in document.integers(field):
            if size > MAX_INLINE_POLICY_SIZE:
                yield Violation(path=path, value=size)

    return violations


POLICY_SIZE_RULES: Final = (
    Rule(
        id="HandlerPolicySize",
        fields=(_HANDLER,),
        text=(
            f"{_TEXT}. The handler's role has a policy for each role, each key and each other account's model package "
            "that the stack's jobs and endpoints are given"
        ),
        remedy=(
            "Let jobs and endpoints share roles and keys, leave role out so that they get roles under the stack's own "
            "path, or move some of them to another stack"
        ),
        source=_SOURCE,
        violations=_too_large(_HANDLER),
    ),
    Rule(
        id="DefaultRolePolicySize",
        fields=(_DEFAULT_ROLE,),
        text=f"{_TEXT}, and the default role has what it was granted besides what the library gives it",
        remedy="Grant it less, attach a managed policy to it, or give a role of your own",
        source=_SOURCE,
        violations=_too_large(_DEFAULT_ROLE),
    ),
)
