"""Owner of a job. The handler adopts and stops only jobs that have the owner tags of its own stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.contract import OwnerTag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

TAGS_VISIBLE_WITHIN_SECONDS: Final = 120
"""Bound after a job's creation. AWS documents none; elsewhere tags become visible within seconds."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Resource of a stack that owns jobs."""

    stack_id: str
    logical_id: str

    @classmethod
    def of(cls, event: CustomResourceEvent) -> Owner:
        """Return the resource of the event."""
        return cls(stack_id=event.stack_id, logical_id=event.logical_resource_id)

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Return whether a job with these tags belongs to this resource."""
        return self.same_stack(tags) and tags.get(OwnerTag.LOGICAL_ID) == self.logical_id

    def same_stack(self, tags: Mapping[str, str]) -> bool:
        """Return whether a job with these tags belongs to this resource's stack."""
        return tags.get(OwnerTag.STACK_ID) == self.stack_id


def owner_tags(event: CustomResourceEvent, *, fingerprint: str) -> dict[str, str]:
    """Return the owner tags of a job that is created or adopted for the event."""
    return {
        OwnerTag.STACK_ID.value: event.stack_id,
        OwnerTag.LOGICAL_ID.value: event.logical_resource_id,
        OwnerTag.REQUEST_ID.value: event.request_id,
        OwnerTag.REQUESTED_AT.value: f"{event.requested_at:.3f}",
        OwnerTag.FINGERPRINT.value: fingerprint,
    }


def has_visible_owner(tags: Mapping[str, str], *, created_at: float, now: float) -> bool:
    """Return whether the tags identify the job's owner.

    A new job can become visible before its tags. A job without owner tags certainly belongs to another owner only once
    it is older than `TAGS_VISIBLE_WITHIN_SECONDS`.

    Args:
        tags: Tags that the service returned.
        created_at: Creation time of the job, in epoch seconds.
        now: Current time, in epoch seconds.
    """
    return OwnerTag.STACK_ID in tags or now >= created_at + TAGS_VISIBLE_WITHIN_SECONDS


def requested_at(tags: Mapping[str, str]) -> float:
    """Return the time of the job's last request, in epoch seconds; 0 if the tag is missing or invalid."""
    try:
        return float(tags.get(OwnerTag.REQUESTED_AT, "0"))
    except ValueError:
        return 0.0


def describe_owner(tags: Mapping[str, str]) -> str:
    """Describe the owner for an error message."""
    stack = tags.get(OwnerTag.STACK_ID)
    if stack is None:
        return "an unknown owner (it has no owner tags)"
    return f"{tags.get(OwnerTag.LOGICAL_ID, 'an unnamed resource')} of {stack}"
