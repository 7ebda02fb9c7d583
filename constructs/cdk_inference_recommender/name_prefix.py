"""Prefixes of generated names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Names

if TYPE_CHECKING:
    from constructs import Construct


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


def name_prefix(construct: Construct, *, max_length: int) -> str:
    """A prefix that no other construct of an app has, in the words of its path.

    In lower case, in which the service writes names in ARNs.

    Args:
        construct: What the names are of.
        max_length: In characters.
    """
    return Names.unique_resource_name(construct, max_length=max_length, separator="-").lower()
