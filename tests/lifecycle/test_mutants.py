"""Faults that are seeded into the handler are found: the histories would notice if it broke a promise."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .history import History
from .mutants import ALL, Mutant

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def _search(seed: Mutant | None, *, histories: int) -> None:
    class Mutated(History):
        def __init__(self) -> None:
            super().__init__()
            if seed is not None:
                seed.seed(self.patch)

    run_state_machine_as_test(
        Mutated,
        settings=settings(
            max_examples=histories,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("mutant", [each for each in ALL if NIGHTLY or not each.nightly], ids=lambda each: each.name)
def test_a_seeded_fault_is_found(mutant: Mutant) -> None:
    with pytest.raises(AssertionError):
        _search(mutant, histories=mutant.histories)


def test_without_a_fault_nothing_is_found() -> None:
    _search(None, histories=max(each.histories for each in ALL if NIGHTLY or not each.nightly))
