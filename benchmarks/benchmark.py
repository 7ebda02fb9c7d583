"""What a benchmark is: this library and its peers, each doing the same in processes of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Figures: TypeAlias = dict[str, float]
"""Figures by name; those that aren't times are counts, and the same in each round."""

OURS = "this library"


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A task, and who does it.

    Attributes:
        title: The task.
        what: One sentence about it.
        contenders: By name; each does the task once and returns its figures. `OURS` is one of them.
        time: Name of the figure that ratios are formed of.
        unit: Its unit.
        most: The greatest ratio to a peer that is the aim, by the peer's name.
        counts: Names of the figures that are counts.
    """

    title: str
    what: str
    contenders: Mapping[str, Callable[[], Figures]]
    time: str
    unit: str
    most: Mapping[str, float] = field(default_factory=dict)
    counts: tuple[str, ...] = ()
