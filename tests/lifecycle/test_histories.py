"""All promises hold in any history of deployments, cancellations, and disturbances."""

from __future__ import annotations

import pytest

from .distinct_histories import HISTORIES, run
from .history import NIGHTLY, History, InventedHistory

PARTS = 4
"""Parts with different histories, which can run in parallel."""
HISTORIES_OF_A_PART = 2_500 if NIGHTLY else HISTORIES // PARTS


class OnBoto3(History):
    """History with boto3's own clients, including their validation, paginators, and errors."""

    light = False


def _run(history: type[History], *, histories: int) -> None:
    # The same ones each time, or a fault that one history in thousands shows would look like a change's.
    run(history, histories=histories, derandomize=not NIGHTLY)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", [History, InventedHistory])
def test_every_history_keeps_the_promises(kind: type[History], part: int) -> None:
    # Hypothesis makes the examples from the name.
    _run(type(f"{kind.__name__}{part}", (kind,), {}), histories=HISTORIES_OF_A_PART)


def test_some_histories_on_boto3_keep_the_promises() -> None:
    _run(OnBoto3, histories=5)
