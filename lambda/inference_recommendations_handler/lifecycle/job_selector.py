"""Which jobs a Delete means, and which an Update leaves alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.contract import JobProperty
from inference_recommendations_handler.protocol.typed_request import RequestError
from inference_recommendations_handler.stack.owner import Owner

from .job_name import is_generated, is_name_of
from .job_properties import JobProperties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

NEVER_REQUESTED: Final = "never-requested-"
"""Starts the physical id of a resource for which nothing was ever asked of the service."""


@dataclass(frozen=True, kw_only=True)
class JobSelector:
    """What is to be stopped: whatever the owner has unfinished, except what is excluded."""

    names: tuple[str, ...] = ()
    """Jobs that are known by name: followed when they have ended, too."""
    excluded: tuple[str, ...] = ()
    """Jobs that stay."""
    excluded_base: str = ""
    """Jobs of this base name stay."""
    may_be_in_flight: bool
    """Whether a request that was never answered may be under way, so that its job may be yet to come."""
    others: tuple[str, ...] = ()
    """Jobs that have been found to be another's: whoever runs many doesn't keep a look from coming to an end."""
    base: str = ""
    """The base name of the jobs of the request that is withdrawn or deleted, where it can be read."""

    def selects(self, name: str) -> bool:
        """Whether a job of the owner with that name is meant."""
        return name not in self.excluded and not (self.excluded_base and is_name_of(name, self.excluded_base))

    def precedes(self, name: str, requested_at: float, event: CustomResourceEvent) -> bool:
        """Whether the job was asked for before the event.

        CloudFormation's events carry whole seconds. Within the same one, only what the event is about is sure to come
        before it.
        """
        return requested_at < event.requested_at or (self.knows(name) and requested_at == event.requested_at)

    def knows(self, name: str) -> bool:
        """Return whether the name is the one to delete, or one that the handler makes for the request."""
        return name in self.names or bool(self.base and is_name_of(name, self.base))


def selector_of_delete(event: CustomResourceEvent, invocation: Invocation) -> JobSelector | None:
    """Everything: when an id is deleted, the job of the id that stays has ended, since the legs have waited for it.

    None when nothing was ever requested.
    """
    name = event.physical_resource_id or ""
    if name.startswith(NEVER_REQUESTED):
        return None
    names = (name,) if invocation.jobs(event).is_name(name) else ()
    if name and name == event.properties.get(JobProperty.JOB_NAME):
        return JobSelector(names=names, may_be_in_flight=False)
    asked = _read(event, event.properties, invocation)
    if asked is None:
        return JobSelector(names=names, may_be_in_flight=not is_generated(name))
    return JobSelector(names=names, may_be_in_flight=not is_generated(name) or not asked.names(name), base=asked.base)


def selector_of_update(
    event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation
) -> JobSelector:
    """Everything but the job of the id, which its own Delete stops, and the job that is asked for."""
    before = _read(event, event.old_properties, invocation)
    return JobSelector(
        excluded=(name, properties.base),
        excluded_base="" if properties.exact else properties.base,
        may_be_in_flight=before is not None and not before.names(name),
        base="" if before is None else before.base,
    )


def _read(event: CustomResourceEvent, properties: Mapping[str, Any], invocation: Invocation) -> JobProperties | None:
    """The request of the properties; None where they can't be read, so that no job was made with them."""
    try:
        asked = JobProperties.parse(properties, owner=Owner.of(event), jobs=invocation.jobs(event))
        known = bool(asked.base)
    except RequestError:
        return None
    return asked if known else None
