"""Which jobs a Delete means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .contract import JobProperty
from .job_name import is_generated, is_job_name, is_name_of
from .job_properties import JobProperties, flag
from .owner import Owner
from .typed_request import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .custom_resource_event import CustomResourceEvent
    from .invocation import Invocation

NEVER_REQUESTED: Final = "never-requested-"
"""Starts the physical id of a resource for which nothing was ever asked of the service."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is to be stopped."""

    names: tuple[str, ...]
    """Jobs that are known by name."""
    by_owner: bool
    """Whether all jobs of the owner are meant: the id is unknown to the handler, so that any job may be the one."""
    base: str = ""
    """With `by_owner`, only jobs of this base name."""

    def covers(self, name: str) -> bool:
        """Whether a job of the owner with that name is meant."""
        return name in self.names or (self.by_owner and (not self.base or is_name_of(name, self.base)))


def target_of(event: CustomResourceEvent, invocation: Invocation) -> Target | None:
    """Read the id; None when nothing was ever requested."""
    name = event.physical_resource_id or ""
    if name.startswith(NEVER_REQUESTED):
        return None
    names = (name,) if is_job_name(name) else ()
    if flag(event.properties, JobProperty.EXACT_JOB_NAME) and name == event.properties.get(JobProperty.NAME_PREFIX):
        return Target(names=names, by_owner=False)
    if not is_generated(name):
        return Target(names=names, by_owner=True)
    other = withdrawn(event, event.properties, name, invocation)
    return Target(names=names, by_owner=other is not None, base=other.base if other else "")


def withdrawn(
    event: CustomResourceEvent, properties: Mapping[str, Any], name: str, invocation: Invocation
) -> JobProperties | None:
    """The request of the properties where it isn't the one of the id: an Update asked for it and was never answered.

    None as well where the properties can't be read: no job was made with them.
    """
    try:
        asked = JobProperties.parse(properties, owner=Owner.of(event), client=invocation.clients.sagemaker)
        return None if asked.names(name) or not asked.base else asked
    except RequestError:
        return None
