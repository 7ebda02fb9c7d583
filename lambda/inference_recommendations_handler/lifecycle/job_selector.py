"""Jobs that a Delete or an Update stops."""

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
"""Prefix of the physical id of a resource that never requested a job."""


@dataclass(frozen=True, kw_only=True)
class JobSelector:
    """Selection of an owner's unfinished jobs, except for the excluded ones."""

    names: tuple[str, ...] = ()
    """Jobs known by name. They are followed after they have ended as well."""
    excluded: tuple[str, ...] = ()
    """Jobs that aren't stopped."""
    excluded_base: str = ""
    """Base name of jobs that aren't stopped."""
    may_be_in_flight: bool = False
    """Whether a request without a response may be in flight and can still create a job."""
    not_owned: tuple[str, ...] = ()
    """Jobs of other owners, which aren't described again."""
    base: str = ""
    """Base name of the jobs of the canceled or deleted request; empty if unknown."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> JobSelector:
        """Read the selector from JSON."""
        members: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
        }
        return cls(**members)

    def selects(self, name: str) -> bool:
        """Return whether a job of the owner with that name is stopped."""
        return name not in self.excluded and not (self.excluded_base and is_name_of(name, self.excluded_base))

    def precedes(self, name: str, requested_at: float, event: CustomResourceEvent) -> bool:
        """Return whether the job was requested before the event.

        Events have a resolution of one second. In the same second only the job of the event's own resource certainly
        comes first.
        """
        return requested_at < event.requested_at or (self.is_known(name) and requested_at == event.requested_at)

    def is_known(self, name: str) -> bool:
        """Return whether the job is known by name, or has a name that is generated for the request."""
        return name in self.names or bool(self.base and is_name_of(name, self.base))


def selector_of_delete(event: CustomResourceEvent, invocation: Invocation) -> JobSelector | None:
    """Return a selector of all jobs, or None if no job was ever requested.

    It excludes none: in an update's cleanup the job of the new id has ended, since the wait stages come first.
    """
    name = event.physical_resource_id or ""
    if name.startswith(NEVER_REQUESTED):
        return None
    names = (name,) if invocation.jobs(event).is_name(name) else ()
    if name and name == event.properties.get(JobProperty.JOB_NAME):
        return JobSelector(names=names)
    requested = _parse(event, event.properties, invocation)
    if requested is None:
        return JobSelector(names=names, may_be_in_flight=not is_generated(name))
    in_flight = not is_generated(name) or not requested.accepts_name(name)
    return JobSelector(names=names, may_be_in_flight=in_flight, base=requested.base)


def selector_of_update(
    event: CustomResourceEvent, name: str, properties: JobProperties, invocation: Invocation
) -> JobSelector:
    """Return a selector of all jobs but those of the physical id, which has its own Delete, and of the new request."""
    before = _parse(event, event.old_properties, invocation)
    return JobSelector(
        excluded=(name, properties.base),
        excluded_base="" if properties.exact else properties.base,
        may_be_in_flight=before is not None and not before.accepts_name(name),
        base="" if before is None else before.base,
    )


def _parse(event: CustomResourceEvent, properties: Mapping[str, Any], invocation: Invocation) -> JobProperties | None:
    """Read the properties. Return None if they are invalid, since no job was created with them."""
    try:
        return JobProperties.parse(properties, owner=Owner.of(event), jobs=invocation.jobs(event))
    except RequestError:
        return None
