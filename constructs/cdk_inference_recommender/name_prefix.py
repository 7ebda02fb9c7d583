"""Prefixes of generated names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Names

from cdk_inference_recommender.tokens import is_unresolved
from inference_recommendations_handler.protocol.contract import MAX_NAME_PREFIX_LENGTH

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


def job_name_prefix_of(job: Construct, name: str | None) -> str:
    """Return the prefix of a job's generated name, where no prop gives one.

    Args:
        job: The job.
        name: The name that its request has. None, or a token, for the words of the construct's path.
    """
    if name is None or is_unresolved(name):
        return name_prefix(job, max_length=MAX_NAME_PREFIX_LENGTH)
    return shortened_name(name, max_length=MAX_NAME_PREFIX_LENGTH)
