"""Replaces the handler's clock, log, and response bucket by those of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_recommendations_handler import handler
from inference_recommendations_handler.aws import deadline_budget
from inference_recommendations_handler.inference_job import service
from inference_recommendations_handler.jobs import job_kind
from inference_recommendations_handler.lifecycle import deletion, job, wait
from inference_recommendations_handler.protocol import log, response

if TYPE_CHECKING:
    import pytest

    from .world import World


def live_in(world: World, patch: pytest.MonkeyPatch) -> None:
    """Replace them until the patch is undone."""
    for module in (deadline_budget, response, deletion, handler, service, job_kind, job, wait):
        patch.setattr(module, "time", world.clock, raising=False)
    patch.setattr(response, "put", world.put)
    patch.setattr(log, "sys", world.log)
