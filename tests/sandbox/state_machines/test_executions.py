from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from moto.stepfunctions.exceptions import ExecutionAlreadyExists

from inference_recommender_sandbox.clock import MAX_SPEED, Clock
from inference_recommender_sandbox.state_machines import executions
from inference_recommender_sandbox.state_machines.executions import Executions

TAKEN = 9_000
"""Seconds that stand for the 90 days."""
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "SecondsPath": "$.seconds", "End": True}}}
MACHINE = SimpleNamespace(
    arn="arn:aws:states:us-east-1:123456789012:stateMachine:m", definition=json.dumps(WAIT), roleArn="r"
)


def test_a_name_is_free_90_days_after_its_execution_has_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert executions._NAME_STAYS_TAKEN == 90 * 24 * 60 * 60
    monkeypatch.setattr(executions, "_NAME_STAYS_TAKEN", TAKEN)
    clock = Clock(MAX_SPEED)
    no_functions: Any = None
    started = Executions(clock=clock, runner=no_functions)
    with clock.busy():
        execution = started.start(MACHINE, "long", json.dumps({"seconds": 3000}))
        clock.sleep(3100)
        assert not execution.is_running
        clock.sleep(TAKEN - 200)
        with pytest.raises(ExecutionAlreadyExists):
            started.start(MACHINE, "long", json.dumps({"seconds": 1}))
        clock.sleep(200)
        assert started.start(MACHINE, "long", json.dumps({"seconds": 1})).is_running
