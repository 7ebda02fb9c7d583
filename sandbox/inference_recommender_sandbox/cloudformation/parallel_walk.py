"""Works through a graph of resources, those that don't depend on each other at the same time."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from functools import partial
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inference_recommender_sandbox.clock import Clock


@dataclass(kw_only=True)
class Cancellation:
    """Signal to stop: another resource failed, or the user cancelled."""

    is_cancelled: bool = False


class CancelledError(Exception):
    """What was at work stopped because another resource failed, or the user cancelled."""


def parallel_walk(
    graph: Mapping[str, frozenset[str]],
    work: Callable[[str, Cancellation], None],
    *,
    clock: Clock,
    cancel_on_failure: bool,
    cancellation: Cancellation | None = None,
) -> dict[str, Exception]:
    """Do `work` on every member of the graph, each after what it depends on.

    Args:
        graph: What each member depends on; names that aren't members don't count.
        work: Raises where it fails. Called in a thread of its own.
        clock: Its threads are used.
        cancel_on_failure: Whether the first failure stops everything; else only what depends on it isn't done.
        cancellation: Set by whoever wants it to stop; what is at work may look at it. Default: one of its own.

    Returns:
        What failed, by name, in order; without what was never started.
    """
    order = TopologicalSorter({name: needed & graph.keys() for name, needed in graph.items()})
    order.prepare()
    finished: queue.SimpleQueue[str] = queue.SimpleQueue()
    running: set[str] = set()
    failed: dict[str, Exception] = {}
    cancellation = cancellation or Cancellation()

    def run(name: str) -> None:
        try:
            work(name, cancellation)
        except Exception as error:  # noqa: BLE001 - whatever failed is the resource's failure
            failed[name] = error
            if cancel_on_failure:
                cancellation.is_cancelled = True
        finished.put(name)
        clock.notify()

    while True:
        for name in () if cancellation.is_cancelled else order.get_ready():
            running.add(name)
            clock.start_thread(partial(run, name), name=f"resource-{name}")
        if not running:
            return failed
        clock.wait_for(lambda: not finished.empty())
        while not finished.empty():
            name = finished.get()
            running.discard(name)
            if name not in failed:
                order.done(name)
