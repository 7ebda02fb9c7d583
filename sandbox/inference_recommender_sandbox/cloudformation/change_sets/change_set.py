"""A change set: what a stack is to become, and what that changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.template.template import Template

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """A resource that a change set adds, modifies or removes."""

    action: str
    logical_id: str
    physical_id: str | None
    type: str
    replacement: str | None = None
    changed_properties: tuple[str, ...] = ()


@dataclass(kw_only=True)
class ChangeSet:
    """A change set of one stack; names are unique within the stack only."""

    change_set_id: str
    name: str
    stack_id: str
    type: str
    created_at: float
    template: Template
    parameters: dict[str, str]
    resolved_parameters: dict[str, Any]
    tags: dict[str, str]
    changes: list[ResourceChange]
    status: str = "CREATE_COMPLETE"
    status_reason: str | None = None
    execution_status: str = "AVAILABLE"
    description: str | None = None
    role_arn: str | None = None
    capabilities: list[str] = field(default_factory=list)
    notification_arns: list[str] = field(default_factory=list)
    on_stack_failure: str | None = None
