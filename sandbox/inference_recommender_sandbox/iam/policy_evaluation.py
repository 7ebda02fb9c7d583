"""Evaluation of identity-based policies, as IAM does it.

Sources: IAM user guide, policy evaluation logic, condition operators, multivalued context keys and the `Null`
condition operator. A condition that can't be evaluated never matches in an Allow and always matches in a Deny, so that
the sandbox is never more permissive than AWS. Such a condition has an operator that isn't known here, or a key whose
value the context lacks, by name or in a policy variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import cache
from typing import Any, Final, TypeAlias

PolicyDocument: TypeAlias = Mapping[str, Any]
RequestContext: TypeAlias = Mapping[str, str | Sequence[str] | None]
"""Values of condition keys.

A sequence is a multivalued key such as `aws:TagKeys`. None is a key that the request is known to lack; under a name
that ends in `/`, every other key that begins with it. Of any other key nothing is known.
"""

_VARIABLE: Final = re.compile(r"\$\{([^}]+)\}")
_ARN_PARTS: Final = 6
_FOR_ALL: Final = "ForAllValues:"
_FOR_ANY: Final = "ForAnyValue:"


class _UnknownResource(str):
    __slots__ = ()


UNKNOWN_RESOURCE: Final = _UnknownResource("*")
"""The resource of a call whose own one isn't known: only a permission on everything allows it, any denial denies it."""


class Decision(Enum):
    """Result of evaluating policies for one action on one resource."""

    ALLOWED = auto()
    DENIED_IMPLICITLY = auto()
    """No statement allows it."""
    DENIED_EXPLICITLY = auto()
    """A statement denies it, which no other can outweigh."""


def decide(
    policies: Sequence[PolicyDocument],
    *,
    action: str,
    resource: str,
    context: RequestContext,
    boundary: PolicyDocument | None = None,
) -> Decision:
    """Evaluate identity-based policies: an explicit deny wins, and what no statement allows is denied.

    Args:
        policies: The whole documents.
        action: For example `iam:PassRole`; matched without regard to case.
        resource: ARN, or `UNKNOWN_RESOURCE`.
        context: Condition keys and their values. The names are matched without regard to case, tag keys in them too
            (IAM user guide, `aws:RequestTag` and `aws:ResourceTag`).
        boundary: The role's permissions boundary, which has to allow the action too; by default there is none.
    """

    def effects(documents: Sequence[PolicyDocument]) -> set[str]:
        applying = applying_statements(documents, action=action, resource=resource, context=context)
        return {str(statement["Effect"]) for statement in applying}

    granted, bounded = effects(policies), {"Allow"} if boundary is None else effects([boundary])
    if "Deny" in granted | bounded:
        return Decision.DENIED_EXPLICITLY
    return Decision.ALLOWED if "Allow" in granted & bounded else Decision.DENIED_IMPLICITLY


def applying_statements(
    policies: Sequence[PolicyDocument], *, action: str, resource: str, context: RequestContext
) -> list[PolicyDocument]:
    """Return the statements that allow or deny an action on a resource.

    Args:
        policies: The whole documents.
        action: As for `decide`.
        resource: As for `decide`.
        context: As for `decide`.
    """
    keys = {name.lower(): value for name, value in context.items()}
    return [
        statement
        for document in policies
        for statement in statements(document)
        if _applies(statement, action=action, resource=resource, context=keys)
    ]


def statements(document: PolicyDocument) -> Iterator[PolicyDocument]:
    """Yield a policy's statements; a single one may stand without a list."""
    yield from as_list(document.get("Statement", []))


def as_list(value: Any) -> list[Any]:
    """Return the values of a policy element, where a single one may stand without a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _applies(statement: PolicyDocument, *, action: str, resource: str, context: RequestContext) -> bool:
    denies = statement["Effect"] == "Deny"
    if "NotAction" in statement:
        action_matches = not any(_like(str(each).lower(), action.lower()) for each in as_list(statement["NotAction"]))
    else:
        action_matches = any(_like(str(each).lower(), action.lower()) for each in as_list(statement.get("Action", [])))
    if denies and isinstance(resource, _UnknownResource):
        resource_matches = True
    elif "NotResource" in statement:
        resource_matches = not _any_matches(statement["NotResource"], resource, context, unknown=not denies)
    else:
        resource_matches = _any_matches(statement.get("Resource", []), resource, context, unknown=denies)
    return (
        action_matches
        and resource_matches
        and all(
            _condition_holds(operator, key.lower(), as_list(wanted), context, unknown=denies)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _condition_holds(operator: str, key: str, wanted: list[Any], context: RequestContext, *, unknown: bool) -> bool:
    quantifier = next((prefix for prefix in (_FOR_ALL, _FOR_ANY) if operator.startswith(prefix)), "")
    name = operator.removeprefix(quantifier).removesuffix("IfExists")
    compare = _OPERATORS.get(name.replace("Not", "", 1))
    if not _is_known(key, context) or (compare is None and operator != "Null"):
        return unknown
    value = context.get(key)
    if compare is None:
        return (value is None) is (str(wanted[0]).lower() == "true")
    negated = "Not" in name
    if value is None:
        # A negated operator matches an absent key, and so does every ForAllValues; ForAnyValue never does.
        return operator.endswith("IfExists") or quantifier == _FOR_ALL or (negated and not quantifier)
    if not quantifier and not isinstance(value, str):
        # A multivalued key needs a set operator; what IAM makes of any other isn't documented.
        return unknown
    patterns = [text for text in (_substituted(str(want), context) for want in wanted) if text is not None]
    if len(patterns) < len(wanted):
        return unknown
    holds = [any(compare(pattern, each) for pattern in patterns) is not negated for each in as_list(value)]
    return any(holds) if quantifier == _FOR_ANY else all(holds)


def _is_known(key: str, context: RequestContext) -> bool:
    return key in context or f"{key.partition('/')[0]}/" in context


def _any_matches(patterns: Any, resource: str, context: RequestContext, *, unknown: bool) -> bool:
    """Return whether a pattern matches; one whose variable has no value matches if `unknown`, whatever the value."""
    for pattern in map(str, as_list(patterns)):
        text = _substituted(pattern, context)
        if text is None and unknown:
            text = _VARIABLE.sub("*", pattern)
        if text is not None and _like(text, resource):
            return True
    return False


def _substituted(pattern: str, context: RequestContext) -> str | None:
    """Return the pattern with its policy variables filled in; None where one has no value."""
    values = {name: context.get(name.lower()) for name in _VARIABLE.findall(pattern)}
    if not all(isinstance(value, str) for value in values.values()):
        return None
    return _VARIABLE.sub(lambda match: str(values[match.group(1)]), pattern)


def _like(pattern: str, value: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None


def _arn_like(pattern: str, value: str) -> bool:
    """Match each of an ARN's six parts on its own, as the ARN condition operators do."""
    patterns, values = pattern.split(":", _ARN_PARTS - 1), value.split(":", _ARN_PARTS - 1)
    return len(patterns) == len(values) == _ARN_PARTS and all(map(_like, patterns, values))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in pattern), re.DOTALL)


_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringEquals": lambda pattern, value: pattern == value,
    "StringEqualsIgnoreCase": lambda pattern, value: pattern.lower() == value.lower(),
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda pattern, value: pattern.lower() == value.lower(),
}
