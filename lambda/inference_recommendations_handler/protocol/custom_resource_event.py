"""A CloudFormation custom resource's event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

URL_LIFETIME_SECONDS: Final = 7200
"""How long CloudFormation's ResponseURL is valid."""


class RequestType(StrEnum):
    """What CloudFormation asks for."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


class TemporaryFailureError(Exception):
    """The request was neither granted nor queued: Lambda has to deliver the event again."""


class InvalidEventError(Exception):
    """What was received isn't a custom resource's event, so that there is nobody to answer to."""


@dataclass(frozen=True, kw_only=True)
class CustomResourceEvent:
    """One request of CloudFormation; repeated deliveries of it are equal."""

    request_type: RequestType
    request_id: str
    response_url: str
    stack_id: str
    resource_type: str
    logical_resource_id: str
    physical_resource_id: str | None
    """None in a Create."""
    properties: Mapping[str, Any]
    """As they arrive: every scalar is a string."""
    old_properties: Mapping[str, Any]
    """Those of the update before; in a rollback, those that failed. Empty unless it is an Update."""
    requested_at: float
    """When CloudFormation made the request, in epoch seconds: the same in every delivery that is `dated`."""
    dated: bool = field(default=True, compare=False)
    """Whether the event tells when; otherwise this delivery's own time is taken."""

    @classmethod
    def parse(cls, raw: Mapping[str, Any], *, now: float) -> CustomResourceEvent:
        """Read an event.

        Args:
            raw: the event as Lambda received it, or as `to_state` wrote it.
            now: taken for the time of the request where neither the event nor its ResponseURL tells it.

        Raises:
            InvalidEventError: a member without which nobody can be answered is missing.
        """
        try:
            url = str(raw["ResponseURL"])
            told = raw.get("RequestedAt") or _signed_at(url)
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
                requested_at=float(told or now),
                dated=bool(told),
            )
        except (KeyError, ValueError, TypeError) as error:
            # Lambda logs it: only the name of a missing member is shown, since other errors quote what was received.
            cause = f"{error} is missing" if isinstance(error, KeyError) else type(error).__name__
            message = f"Not a CloudFormation custom resource event: {cause}."
            raise InvalidEventError(message) from None

    def precedes(self, other: CustomResourceEvent) -> bool:
        """Whether `other`, of the same resource, was surely requested after this one.

        CloudFormation's events carry whole seconds. Of two in the same one only a Delete is sure to come last: an
        Update may be delivered again after the other one, which may even roll it back.
        """
        if self.requested_at == other.requested_at:
            return other.request_type is RequestType.DELETE
        return self.requested_at < other.requested_at

    def to_state(self) -> dict[str, Any]:
        """What a state machine's execution carries of it; `parse` reads it back."""
        state = {
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
        return state | ({"PhysicalResourceId": self.physical_resource_id} if self.physical_resource_id else {})


def _structure(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _signed_at(url: str) -> float | None:
    query = parse_qs(urlsplit(url).query)
    try:
        if "X-Amz-Date" in query:
            signed = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 - the next line says UTC
            return signed.replace(tzinfo=UTC).timestamp()
        if "Expires" in query:
            return float(query["Expires"][0]) - URL_LIFETIME_SECONDS
    except ValueError:
        return None
    return None
