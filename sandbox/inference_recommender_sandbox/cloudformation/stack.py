"""A stack, its resources and its events, as the API shows them.

Their times are real ones, whatever the sandbox's clock says: the CDK command line compares them with its own.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from .resource_provider import ProvisionedResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommender_sandbox.cloudformation.template.template import Template

    from .stack_state import StackState

_EVENT_SPACING: Final = 0.001
"""Seconds."""


@dataclass(kw_only=True)
class StackResource:
    """A resource of a stack.

    Attributes:
        properties: Resolved, as the resource was last created or updated with.
        definition: The template's entry.
        dependencies: Logical ids that it was made after.
        provisioned: What the provider of its type made.
        was_requested: Whether there may be something to delete, even without a physical id.
    """

    logical_id: str
    type: str
    definition: Mapping[str, Any]
    properties: dict[str, Any]
    dependencies: frozenset[str]
    provisioned: ProvisionedResource = field(default_factory=lambda: ProvisionedResource(physical_id=""))
    was_requested: bool = False
    status: str = ""
    status_reason: str | None = None
    updated_at: float = 0.0

    @property
    def physical_id(self) -> str:
        """What `Ref` gives; empty until the resource has one."""
        return self.provisioned.physical_id

    @property
    def is_retained(self) -> bool:
        """Return whether deleting the stack leaves it."""
        policy = self.definition.get("DeletionPolicy")
        return policy in ("Retain", "RetainExceptOnCreate")

    @property
    def is_retained_when_replaced(self) -> bool:
        """Return whether replacing it leaves the old one."""
        return bool(self.definition.get("UpdateReplacePolicy") == "Retain")


@dataclass(frozen=True, kw_only=True)
class StackEvent:
    """One line of a stack's history."""

    event_id: str
    timestamp: float
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    properties: str | None = None


@dataclass(frozen=True, kw_only=True)
class StackOutput:
    """An output, and the name it is exported by."""

    key: str
    value: str
    description: str | None
    export_name: str | None


@dataclass(kw_only=True)
class Stack:
    """A stack.

    Attributes:
        parameters: Values as given, by name.
        resolved_parameters: What `Ref` gives: SSM parameters looked up, lists split.
        imports: Names of the exports that it uses.
        last_stable: What a rollback goes back to; `None` where no operation has been complete yet.
        superseded: Physical resources that were replaced since then: the next cleanup deletes them, or the stack's
            deletion.
        attempted: What resources were updated to since then, by logical id, whether or not that worked.
    """

    stack_id: str
    name: str
    account_id: str
    region: str
    created_at: float
    status: str
    template: Template | None = None
    status_reason: str | None = None
    updated_at: float | None = None
    deleted_at: float | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    resolved_parameters: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    resources: dict[str, StackResource] = field(default_factory=dict)
    outputs: list[StackOutput] = field(default_factory=list)
    events: list[StackEvent] = field(default_factory=list)
    imports: frozenset[str] = frozenset()
    role_arn: str | None = None
    capabilities: list[str] = field(default_factory=list)
    notification_arns: list[str] = field(default_factory=list)
    disable_rollback: bool = False
    termination_protection: bool = False
    change_set_id: str | None = None
    last_stable: StackState | None = None
    superseded: list[StackResource] = field(default_factory=list)
    attempted: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def record(
        self,
        *,
        now: float,
        logical_id: str,
        physical_id: str,
        resource_type: str,
        status: str,
        reason: str | None = None,
        properties: str | None = None,
    ) -> None:
        """Add an event, later than the one before: the CDK command line sorts them by time, in milliseconds."""
        with self._lock:
            earliest = self.events[-1].timestamp + _EVENT_SPACING if self.events else now
            self.events.append(
                StackEvent(
                    event_id=f"{logical_id}-{status}-{uuid.uuid4()}",
                    timestamp=max(now, earliest),
                    logical_id=logical_id,
                    physical_id=physical_id,
                    type=resource_type,
                    status=status,
                    reason=reason,
                    properties=properties,
                )
            )

    def become(self, status: str, *, now: float, reason: str | None = None) -> None:
        """Change the stack's status, which is an event too."""
        self.status = status
        self.status_reason = reason
        self.record(
            now=now,
            logical_id=self.name,
            physical_id=self.stack_id,
            resource_type="AWS::CloudFormation::Stack",
            status=status,
            reason=reason,
        )


def timestamp(seconds: float) -> datetime:
    """Return what botocore serialises: a time with its zone."""
    return datetime.fromtimestamp(seconds, UTC)
