"""Operations on stacks, each in a thread of its own; a later one may cut an earlier one short."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .deployment import Deployment

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry

    from .stack import Stack
    from .stack_state import Target
    from .stack_store import StackStore


@dataclass(kw_only=True)
class _Operation:
    deployment: Deployment
    is_over: bool = False


class StackOperations:
    """What is under way on the stacks of one account and Region.

    Args:
        store: Holds the stacks.
        providers: Provision resources.
        clock: Times everything.
    """

    def __init__(self, store: StackStore, *, providers: ProviderRegistry, clock: Clock) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock
        self._latest: dict[str, _Operation] = {}

    def start(self, stack: Stack, target: Target, *, creates: bool, disable_rollback: bool) -> None:
        """Create or update a stack."""
        stack.disable_rollback = disable_rollback
        deployment = self._deployment(stack)
        # At once, not when the thread runs: a caller that looks again must not see the status from before.
        stack.status = "CREATE_IN_PROGRESS" if creates else "UPDATE_IN_PROGRESS"
        self._run(stack, deployment, partial(deployment.create if creates else deployment.update, target))

    def delete(self, stack: Stack, *, retain: frozenset[str]) -> None:
        """Delete a stack; its creation, where that is still under way, is cancelled first."""
        earlier = self._latest.get(stack.stack_id)
        if earlier is not None:
            earlier.deployment.withdraw()
        stack.become("DELETE_IN_PROGRESS", now=time.time(), reason="User Initiated")
        deployment = self._deployment(stack)

        def run() -> None:
            self._clock.wait_for(lambda: earlier is None or earlier.is_over)
            deployment.delete(retain=retain)

        self._run(stack, deployment, run)

    def cancel_update(self, stack: Stack) -> bool:
        """Make an update roll back; return whether it is still early enough for that."""
        operation = self._latest.get(stack.stack_id)
        return operation is not None and operation.deployment.cancel_update()

    def roll_back_creation(self, stack: Stack) -> None:
        """Delete what a failed creation left."""
        stack.become("ROLLBACK_IN_PROGRESS", now=time.time(), reason="User Initiated")
        deployment = self._deployment(stack)
        self._run(stack, deployment, deployment.roll_back_creation)

    def roll_back_update(self, stack: Stack, *, skip: frozenset[str]) -> None:
        """Go back to what a stack was before its failed updates, without what is to be skipped."""
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", now=time.time(), reason="User Initiated")
        deployment = self._deployment(stack)
        self._run(stack, deployment, partial(deployment.roll_back_update, skip=skip))

    def _deployment(self, stack: Stack) -> Deployment:
        return Deployment(stack, store=self._store, providers=self._providers, clock=self._clock)

    def _run(self, stack: Stack, deployment: Deployment, work: Callable[[], None]) -> None:
        operation = _Operation(deployment=deployment)
        self._latest[stack.stack_id] = operation

        def run() -> None:
            try:
                work()
            except Exception as error:
                failed = "DELETE_FAILED" if stack.status.startswith("DELETE") else "UPDATE_ROLLBACK_FAILED"
                failed = "ROLLBACK_FAILED" if stack.status in ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS") else failed
                stack.become(failed, now=time.time(), reason=f"Error of the sandbox: {error!r}")
                raise
            finally:
                operation.is_over = True
                self._clock.notify()

        self._clock.start_thread(run, name=f"stack-{stack.name}")
