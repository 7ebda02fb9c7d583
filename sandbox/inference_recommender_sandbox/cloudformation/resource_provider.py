"""What provisions one type of resource."""

from __future__ import annotations

import re
import secrets
import string
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Final

from .parallel_walk import Cancellation

_RANDOM: Final = string.ascii_uppercase + string.digits
_MAX_NAME_LENGTH: Final = 63


@dataclass(frozen=True, kw_only=True)
class ResourceRequest:
    """A resource that is to be created, updated or deleted.

    Attributes:
        properties: Resolved.
        old_properties: Before an update; none otherwise.
        cancellation: Ends the creation or the update early.
    """

    account_id: str
    region: str
    stack_id: str
    stack_name: str
    logical_id: str
    type: str
    properties: dict[str, Any]
    old_properties: dict[str, Any] = field(default_factory=dict)
    cancellation: Cancellation = field(default_factory=Cancellation)

    def generated_name(self, *, max_length: int = _MAX_NAME_LENGTH) -> str:
        """Return a name as CloudFormation makes them: `<stack>-<logical id>-<random>`."""
        suffix = "".join(secrets.choice(_RANDOM) for _ in range(12))
        room = max_length - len(suffix) - 1
        head = f"{self.stack_name}-{self.logical_id}"
        if len(head) > room:
            half = max(8, room - min(len(self.logical_id), room // 2) - 1)
            head = f"{self.stack_name[:half]}-{self.logical_id}"[:room]
        return re.sub(r"-+", "-", f"{head}-{suffix}")


@dataclass(frozen=True, kw_only=True)
class ProvisionedResource:
    """What came of it.

    Attributes:
        physical_id: What `Ref` gives.
        attributes: What `Fn::GetAtt` gives.
        handle: Whatever the provider needs again to update or delete the resource.
        no_echo: Whether the attributes are masked where they are shown.
    """

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    handle: Any = None
    no_echo: bool = False


class FailedResourceError(Exception):
    """A resource failed, yet has an id: what has to be deleted later.

    Args:
        reason: What the stack's event shows.
        physical_id: As the resource's provider gave it.
    """

    def __init__(self, reason: str, *, physical_id: str) -> None:
        super().__init__(reason)
        self.physical_id = physical_id


class ResourceProvider(ABC):
    """Creates, updates and deletes the resources of a type; raises where that fails."""

    @abstractmethod
    def replaces(self, old: dict[str, Any], new: dict[str, Any]) -> bool:
        """Return whether a change of these properties needs a new resource."""

    @abstractmethod
    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Create the resource."""

    @abstractmethod
    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Update the resource; a response with another physical id means that it was replaced."""

    @abstractmethod
    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Delete the resource; one that is gone already is no failure."""

    def attribute(self, current: ProvisionedResource, name: str) -> Any:
        """Return an attribute of the resource."""
        return current.attributes[name]
