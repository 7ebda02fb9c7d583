"""Whose a job is: only a job with the tags of the same stack is adopted or stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.protocol.contract import OwnerTag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

TAGS_VISIBLE_WITHIN_SECONDS: Final = 120
"""After a job's creation. AWS documents no bound; other tags of its services are shown within seconds."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A resource of a stack."""

    stack_id: str
    logical_id: str

    @classmethod
    def of(cls, event: CustomResourceEvent) -> Owner:
        """The resource that the event is about."""
        return cls(stack_id=event.stack_id, logical_id=event.logical_resource_id)

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a job with these tags was made for this resource."""
        return self.same_stack(tags) and tags.get(OwnerTag.LOGICAL_ID) == self.logical_id

    def same_stack(self, tags: Mapping[str, str]) -> bool:
        """Whether a job with these tags was made by this resource's stack."""
        return tags.get(OwnerTag.STACK_ID) == self.stack_id


def owner_tags(event: CustomResourceEvent, *, fingerprint: str) -> dict[str, str]:
    """The tags of a job that is made, or taken over, for `event`."""
    return {
        OwnerTag.STACK_ID.value: event.stack_id,
        OwnerTag.LOGICAL_ID.value: event.logical_resource_id,
        OwnerTag.REQUEST_ID.value: event.request_id,
        OwnerTag.REQUESTED_AT.value: f"{event.requested_at:.3f}",
        OwnerTag.FINGERPRINT.value: fingerprint,
    }


def has_visible_owner(tags: Mapping[str, str], *, created_at: float, now: float) -> bool:
    """Return whether the tags decide whose the job is.

    A job that is made with owner tags may be shown before its tags are. Without them, only one that is older than that
    is certainly another's.

    Args:
        tags: As the service shows them.
        created_at: When the job was created, in epoch seconds.
        now: Epoch seconds.
    """
    return OwnerTag.STACK_ID in tags or now >= created_at + TAGS_VISIBLE_WITHIN_SECONDS


def requested_at(tags: Mapping[str, str]) -> float:
    """When the job was last asked for, in epoch seconds; 0 where the tag is missing or unreadable."""
    try:
        return float(tags.get(OwnerTag.REQUESTED_AT, "0"))
    except ValueError:
        return 0.0


def described(tags: Mapping[str, str]) -> str:
    """The owner in words."""
    stack = tags.get(OwnerTag.STACK_ID)
    if stack is None:
        return "nobody that this library knows (it has no owner tags)"
    return f"{tags.get(OwnerTag.LOGICAL_ID, 'an unnamed resource')} of {stack}"
