"""What a stack is, and what it is to become."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.template.template import Template

    from .stack import Stack, StackOutput, StackResource


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a stack is to become."""

    template: Template
    parameters: dict[str, str]
    resolved_parameters: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StackState:
    """What a rollback goes back to."""

    template: Template | None
    parameters: dict[str, str]
    resolved_parameters: dict[str, Any]
    tags: dict[str, str]
    resources: dict[str, StackResource]
    outputs: list[StackOutput]
    imports: frozenset[str]

    @classmethod
    def of(cls, stack: Stack) -> StackState:
        """Copy what a stack is now."""
        return cls(
            template=stack.template,
            parameters=dict(stack.parameters),
            resolved_parameters=dict(stack.resolved_parameters),
            tags=dict(stack.tags),
            resources={name: copy(resource) for name, resource in stack.resources.items()},
            outputs=list(stack.outputs),
            imports=stack.imports,
        )

    def restore(self, stack: Stack) -> None:
        """Give a stack everything back but its resources, which take their own way."""
        stack.template, stack.parameters, stack.tags = self.template, self.parameters, self.tags
        stack.resolved_parameters, stack.imports, stack.outputs = self.resolved_parameters, self.imports, self.outputs
