"""Event of a CloudFormation custom resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

URL_LIFETIME_SECONDS: Final = 7200
"""Validity of CloudFormation's ResponseURL."""


class RequestType(StrEnum):
    """Operation that CloudFormation requests."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


class TemporaryFailureError(Exception):
    """The request was neither created nor queued. Retry the event."""


class InvalidEventError(Exception):
    """The input isn't a custom resource's event, so no response can be sent."""


@dataclass(frozen=True, kw_only=True)
class CustomResourceEvent:
    """Request of CloudFormation. Repeated deliveries of it are equal."""

    request_type: RequestType
    request_id: str
    response_url: str
    stack_id: str
    resource_type: str
    logical_resource_id: str
    physical_resource_id: str | None
    """None for a Create."""
    properties: Mapping[str, Any]
    """As received: every scalar is a string."""
    old_properties: Mapping[str, Any]
    """Properties before the update; in a rollback, the properties that failed. Empty unless it is an Update."""
    requested_at: float
    """Time of the request, in epoch seconds; the same in every delivery of a `dated` event."""
    dated: bool = field(default=True, compare=False)
    """Whether the event contains the time of the request. If not, `requested_at` is the time of this delivery."""

    @classmethod
    def parse(cls, raw: Mapping[str, Any], *, now: float) -> CustomResourceEvent:
        """Read an event.

        Args:
            raw: Event as Lambda received it, or as `render` returned it.
            now: Time of the request if neither the event nor its ResponseURL contains it.

        Raises:
            InvalidEventError: A member that the response needs is missing.
        """
        try:
            url = str(raw["ResponseURL"])
            requested_at = raw.get("RequestedAt") or _signed_at(url)
            physical_id = raw.get("PhysicalResourceId")
            return cls(
                request_type=RequestType(raw["RequestType"]),
                request_id=str(raw["RequestId"]),
                response_url=url,
                stack_id=str(raw["StackId"]),
                resource_type=str(raw["ResourceType"]),
                logical_resource_id=str(raw["LogicalResourceId"]),
                physical_resource_id=str(physical_id) if physical_id else None,
                properties=_structure(raw.get("ResourceProperties")),
                old_properties=_structure(raw.get("OldResourceProperties")),
                requested_at=float(requested_at or now),
                dated=bool(requested_at),
            )
        except (KeyError, ValueError, TypeError) as error:
            # Lambda logs the message. Other errors than KeyError quote values of the event, so it leaves them out.
            cause = f"{error} is missing" if isinstance(error, KeyError) else type(error).__name__
            raise InvalidEventError(f"Not a CloudFormation custom resource event: {cause}.") from None

    @property
    def own_id(self) -> str:
        """Physical id, or the logical id for a Create."""
        return self.physical_resource_id or self.logical_resource_id

    def precedes(self, other: CustomResourceEvent) -> bool:
        """Return whether `other`, an event of the same resource, was certainly requested after this one.

        Events have a resolution of one second. Of two events in the same second only a Delete certainly comes last: a
        retried Update can arrive after the other one, which may even be its rollback.
        """
        if self.requested_at == other.requested_at:
            return other.request_type is RequestType.DELETE
        return self.requested_at < other.requested_at

    def render(self) -> dict[str, Any]:
        """Return the event as JSON for an execution of the state machine; `parse` reads it."""
        document = {
            "RequestType": self.request_type.value,
            "RequestId": self.request_id,
            "ResponseURL": self.response_url,
            "StackId": self.stack_id,
            "ResourceType": self.resource_type,
            "LogicalResourceId": self.logical_resource_id,
            "ResourceProperties": dict(self.properties),
            "OldResourceProperties": dict(self.old_properties),
            "RequestedAt": self.requested_at,
        }
        return document | ({"PhysicalResourceId": self.physical_resource_id} if self.physical_resource_id else {})


def _structure(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _signed_at(url: str) -> float | None:
    query = parse_qs(urlsplit(url).query)
    try:
        if "X-Amz-Date" in query:
            signed = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 - the next line adds UTC
            return signed.replace(tzinfo=UTC).timestamp()
        if "Expires" in query:
            return float(query["Expires"][0]) - URL_LIFETIME_SECONDS
    except ValueError:
        return None
    return None
