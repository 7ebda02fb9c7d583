"""The change sets of one account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_recommender_sandbox.cloudformation.errors import (
    AlreadyExistsError,
    ChangeSetNotFoundError,
    ValidationError,
)

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.stack import Stack
    from inference_recommender_sandbox.cloudformation.stack_store import StackStore

    from .change_set import ChangeSet


class ChangeSetStore:
    """Change sets by id, and by stack and name.

    Args:
        stacks: The stacks that they belong to.
    """

    def __init__(self, stacks: StackStore) -> None:
        self._stacks = stacks
        self._change_sets: dict[str, ChangeSet] = {}

    def add(self, change_set: ChangeSet) -> None:
        """Add a change set."""
        self._change_sets[change_set.change_set_id] = change_set

    def refuse_taken(self, name: str, stack: Stack) -> None:
        """Refuse a name that a change set of the stack has.

        Raises:
            AlreadyExistsError: If there is one.
        """
        if any(item.name == name for item in self.of(stack)):
            raise AlreadyExistsError(f"ChangeSet {name} already exists")

    def get(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        """Find a change set by its id, or by its name and its stack.

        Raises:
            ChangeSetNotFoundError: If there is none.
            ValidationError: If only a name is given, or the stack doesn't exist.
        """
        if name_or_id in self._change_sets:
            return self._change_sets[name_or_id]
        if not stack_name:
            raise ValidationError("StackName must be specified if ChangeSetName is not specified as an ARN.")
        stack = self._stacks.find(stack_name)
        if stack is None:
            raise ValidationError(f"Stack [{stack_name}] does not exist")
        for item in self.of(stack):
            if item.name == name_or_id:
                return item
        raise ChangeSetNotFoundError(f"ChangeSet [{name_or_id}] does not exist")

    def of(self, stack: Stack) -> list[ChangeSet]:
        """Return a stack's change sets."""
        return [item for item in list(self._change_sets.values()) if item.stack_id == stack.stack_id]

    def delete(self, name_or_id: str, stack_name: str | None) -> None:
        """Delete a change set; one that doesn't exist is no error, as on AWS."""
        try:
            change_set = self.get(name_or_id, stack_name)
        except ChangeSetNotFoundError:
            return
        self._change_sets.pop(change_set.change_set_id, None)

    def delete_all(self, stack: Stack, *, keep: ChangeSet | None = None) -> None:
        """Delete a stack's change sets, but for one."""
        for item in self.of(stack):
            if item is not keep:
                self._change_sets.pop(item.change_set_id, None)
