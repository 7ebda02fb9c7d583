"""What the names begin with that the handler makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Names

if TYPE_CHECKING:
    from constructs import Construct


def name_prefix(construct: Construct, *, max_length: int) -> str:
    """A prefix that no other construct of an app has, in the words of its path.

    In lower case, in which the service writes names in ARNs.

    Args:
        construct: What the names are of.
        max_length: In characters.
    """
    return Names.unique_resource_name(construct, max_length=max_length, separator="-").lower()
