"""Puts the handler into a world: its clock, its log and the bucket that takes answers are the world's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_recommendations_handler import (
    allowance,
    answer,
    deletion,
    handler,
    inference_recommendations_job,
    job,
    log,
    wait,
)

if TYPE_CHECKING:
    import pytest

    from .world import World


def live_in(world: World, patch: pytest.MonkeyPatch) -> None:
    """From now on, until the patch is undone."""
    for module in (allowance, answer, deletion, handler, inference_recommendations_job, job, wait):
        patch.setattr(module, "time", world.clock, raising=False)
    patch.setattr(answer, "_put", world.put)
    patch.setattr(log, "sys", world.log)
