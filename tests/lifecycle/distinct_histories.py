"""Runs histories that differ from each other in more than one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.stateful import run_state_machine_as_test

if TYPE_CHECKING:
    from .history import History

HISTORIES = 100
"""In so many, every seeded fault of `mutants.py` is found."""
STEPS = 40


def run(history: type[History], *, histories: int = HISTORIES, derandomize: bool = True) -> None:
    """Run histories of a kind. Raise what the first one raises that breaks a promise.

    Args:
        history: Kind of history. Hypothesis makes its examples from the name.
        histories: Number of histories.
        derandomize: Whether they are the same ones each time.
    """
    with pytest.MonkeyPatch.context() as patch:
        # Hypothesis would follow each history by five in which one step or choice is a copy of another one. Seeded
        # faults are found in twice as many histories then.
        patch.setattr(ConjectureRunner, "generate_mutations_from", lambda *_: None)
        run_state_machine_as_test(
            history,
            settings=settings(
                max_examples=histories,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=derandomize,
                # Without shrinking: one history is read as easily as another, and shrinking takes minutes.
                phases=[Phase.explicit, Phase.reuse, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
