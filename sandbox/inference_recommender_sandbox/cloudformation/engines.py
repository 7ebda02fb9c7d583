"""The engines of every account and Region, created at their first use."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .stack_engine import StackEngine
from .stack_store import StackStore

if TYPE_CHECKING:
    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry


class StackEngines:
    """One engine for each account and Region.

    Args:
        providers: Provision resources.
        clock: Times everything.
    """

    def __init__(self, *, providers: ProviderRegistry, clock: Clock) -> None:
        self._providers = providers
        self._clock = clock
        self._lock = threading.Lock()
        self._engines: dict[tuple[str, str], StackEngine] = {}

    def of(self, account_id: str, region: str) -> StackEngine:
        """Return the engine of an account and Region."""
        with self._lock:
            key = (account_id, region)
            if key not in self._engines:
                store = StackStore(account_id=account_id, region=region)
                self._engines[key] = StackEngine(store, providers=self._providers, clock=self._clock)
            return self._engines[key]

    def all(self) -> list[StackEngine]:
        """Return every engine that was used."""
        with self._lock:
            return list(self._engines.values())
