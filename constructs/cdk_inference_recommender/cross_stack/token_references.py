"""References to other constructs in texts that hold tokens."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import CfnResource, Reference, Stack, Tokenization

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN: Final = re.compile(r"\$\{Token\[[^\]]*\]\}")
"""How aws-cdk-lib writes a token into a string (core/lib/private/encoding.ts)."""


def reference_of(text: str) -> Reference | None:
    """Return the reference that a text consists of; None if it holds anything else.

    Args:
        text: With or without tokens.
    """
    return _reference(text) if TOKEN.fullmatch(text) else None


def refers_to_resource_of(stack: Stack, text: str) -> bool:
    """Return whether a text refers to a resource of a stack's own template.

    Args:
        stack: The stack.
        text: With or without tokens.
    """
    return any(
        isinstance(reference.target, CfnResource) and Stack.of(reference.target).node.path == stack.node.path
        for reference in _references(text)
    )


def spell_references(stack: Stack, text: str) -> str:
    """Return a text that is the same in each synthesis, and differs where a token stands for something else.

    Args:
        stack: Where the text is used.
        text: With or without tokens.
    """

    def spelled(token: re.Match[str]) -> str:
        reference = _reference(token[0])
        if reference is not None:
            return f"({reference.target.node.path}.{reference.display_name})"
        value: Any = stack.resolve(token[0])
        return json.dumps(value, sort_keys=True)

    return TOKEN.sub(spelled, text)


def _references(text: str) -> Iterator[Reference]:
    for token in TOKEN.findall(text):
        reference = _reference(token)
        if reference is not None:
            yield reference


@cache
def _reference(token: str) -> Reference | None:
    (found,) = Tokenization.reverse_string(token).tokens
    return found if isinstance(found, Reference) else None
