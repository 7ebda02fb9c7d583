"""Tests detect faults that are seeded into the handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cloudformation import Stack
from .distinct_histories import run
from .history import NIGHTLY, History
from .mutants import ALL, Mutant

if TYPE_CHECKING:
    from .world import World

SEARCHED = [each for each in ALL if each.scenario is None or (NIGHTLY and each.takes_many_histories)]
WITH_SCENARIO = [each for each in ALL if each.scenario is not None]


@pytest.fixture
def stack(world: World) -> Stack:
    """A stack whose promises aren't checked at the end, since the fault breaks them."""
    return Stack(world)


def _search(mutant: Mutant) -> None:
    """Run the same histories each time."""

    class Mutated(History):
        def __init__(self) -> None:
            super().__init__()
            mutant.seed(self.patch)

    run(Mutated)


@pytest.mark.parametrize("mutant", SEARCHED, ids=lambda each: each.name)
def test_a_seeded_fault_is_found_by_the_histories(mutant: Mutant) -> None:
    with pytest.raises((AssertionError, ExceptionGroup)):
        _search(mutant)


@pytest.mark.parametrize("mutant", WITH_SCENARIO, ids=lambda each: each.name)
def test_a_seeded_fault_is_found_by_its_scenario(
    mutant: Mutant, stack: Stack, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant.seed(monkeypatch)
    assert mutant.scenario is not None
    with pytest.raises(AssertionError):
        mutant.scenario(stack, world)
