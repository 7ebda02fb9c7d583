"""Prefixes of generated names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.construct_memo import node_of, once
from cdk_inference_recommender.validation.stack_environment import parent_stack, stack_name_of, stack_of
from cdk_inference_recommender.validation.tokens import is_unresolved
from inference_recommendations_handler.protocol.contract import MAX_NAME_PREFIX_LENGTH

if TYPE_CHECKING:
    from constructs import Construct

_HASH_LENGTH: Final = 8
_NO_LETTER: Final = re.compile(r"[^A-Za-z0-9]")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
_UNNAMED: Final = "Default"
"""Id that the CDK leaves out of names."""


def shortened_name(name: str, *, max_length: int) -> str:
    """Return the first words of a name, or its first characters where the first word alone is too long.

    Args:
        name: Words with hyphens between them.
        max_length: In characters.
    """
    if len(name) <= max_length:
        return name
    words, _, _ = name[: max_length + 1].rpartition("-")
    return (words or name[:max_length]).rstrip("-")


def name_prefix(scope: Construct, construct_id: str, *, max_length: int) -> str:
    """Return a prefix that no other construct of an app has, in the words of the construct's path.

    In lower case, in which the service writes names in ARNs. Where the path is too long, it is the last words that fit.
    `Names.unique_resource_name` adds the same hash, but is a call into the CDK's JavaScript for each construct.

    Args:
        scope: Parent of the construct that the names are of.
        construct_id: Id of that construct.
        max_length: In characters.
    """
    import hashlib  # noqa: PLC0415 -- it loads OpenSSL, which an app without a job doesn't need

    ids = [*once(scope, "ids", lambda: _ids(scope)), construct_id.replace("/", "--")]
    components = [component for component in ids if component != _UNNAMED]
    digest = hashlib.md5("/".join(components).encode(), usedforsecurity=False).hexdigest()[:_HASH_LENGTH]
    human = _shortened_path(components, max_length=max_length - len(digest) - 1)
    return f"{human}-{digest}" if human else digest


def job_name_prefix_of(scope: Construct, construct_id: str, name: str | None) -> str:
    """Return the prefix of a job's generated name, where no prop gives one.

    Args:
        scope: The job's parent.
        construct_id: The job's id.
        name: The name that its request has. None, or a token, for the words of the construct's path.
    """
    if name is None or is_unresolved(name):
        return name_prefix(scope, construct_id, max_length=MAX_NAME_PREFIX_LENGTH)
    return shortened_name(name, max_length=MAX_NAME_PREFIX_LENGTH)


def literal_name(name: object) -> str | None:
    """Return a job's physical name where it is known at synthesis, and of the right type."""
    return name if isinstance(name, str) and not is_unresolved(name) else None


def _ids(scope: Construct) -> list[str]:
    """Return the stack's name, and the ids from the stack down to a construct."""
    stack = stack_of(scope)
    # A nested stack has no name before it is deployed.
    while is_unresolved(stack_name_of(stack)) and (parent := parent_stack(stack)) is not None:
        stack = parent
    if scope is stack:
        return [stack_name_of(stack)]
    inside = node_of(scope).path.removeprefix(node_of(stack).path).strip("/")
    return [stack_name_of(stack), *inside.split("/")]


def _shortened_path(components: list[str], *, max_length: int) -> str:
    parts: list[str] = []
    for component in components:
        if component != "Resource" and not (parts and parts[-1].endswith(component)):
            parts.append(component)
    names = [name for name in (_NO_LETTER.sub("", part) for part in parts) if name]
    whole = "-".join(names).lower()
    if len(whole) <= max_length:
        return whole
    chosen = ""
    for word in reversed([word.lower() for name in names for word in _WORD.findall(name)]):
        longer = f"{word}-{chosen}".rstrip("-")
        chosen = longer if len(longer) <= max_length else chosen
    return chosen or whole[-max_length:].strip("-")
