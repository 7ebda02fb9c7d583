"""The stacks of one account and Region, and what they export."""

from __future__ import annotations

import re
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .errors import ValidationError
from .stack import Stack, StackOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]*")
_MAX_NAME_LENGTH: Final = 128
"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


@dataclass(kw_only=True)
class StackStore:
    """Stacks by id; a deleted stack stays, and is found by its id only."""

    account_id: str
    region: str
    stacks: dict[str, Stack] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def new(self, name: str, *, status: str, now: float) -> Stack:
        """Add a stack.

        Raises:
            ValidationError: If no stack can have the name; the text is AWS's.
        """
        if not _NAME.fullmatch(name):
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must "
                f"satisfy regular expression pattern: {_NAME.pattern}"
            )
        if len(name) > _MAX_NAME_LENGTH:
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must "
                f"have length less than or equal to {_MAX_NAME_LENGTH}"
            )
        stack_id = f"arn:aws:cloudformation:{self.region}:{self.account_id}:stack/{name}/{uuid.uuid4()}"
        stack = Stack(
            stack_id=stack_id,
            name=name,
            account_id=self.account_id,
            region=self.region,
            created_at=now,
            status=status,
        )
        self.stacks[stack_id] = stack
        return stack

    def remove(self, stack: Stack) -> None:
        """Forget a stack that never came to be."""
        del self.stacks[stack.stack_id]

    def find(self, name_or_id: str) -> Stack | None:
        """Return the stack, or `None`; a deleted one is found by its id only."""
        if name_or_id in self.stacks:
            return self.stacks[name_or_id]
        return next((stack for stack in self.active() if stack.name == name_or_id), None)

    def get(self, name_or_id: str) -> Stack:
        """Return the stack.

        Raises:
            ValidationError: If there is none.
        """
        stack = self.find(name_or_id)
        if stack is None:
            raise ValidationError(f"Stack with id {name_or_id} does not exist")
        return stack

    def active(self) -> Iterator[Stack]:
        """Yield the stacks that aren't deleted."""
        return (stack for stack in list(self.stacks.values()) if stack.status != "DELETE_COMPLETE")

    def export(self, name: str) -> tuple[Stack, StackOutput] | None:
        """Return the stack that exports a name, and its output."""
        for stack in self.active():
            for output in stack.outputs:
                if output.export_name == name:
                    return stack, output
        return None

    def importers(self, name: str) -> list[Stack]:
        """Return the stacks that use an export."""
        return [stack for stack in self.active() if name in stack.imports]
