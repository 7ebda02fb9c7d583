"""Jobs that take longer than one custom resource may."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e import cloud_assembly
from tests.e2e.applications import FIVE_HOURS, job_app
from tests.e2e.commands import destroy, job_status, requests_of, until
from tests.e2e.conftest import LocalAws, completed
from tests.ended_process import ended

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def test_a_job_of_five_hours_is_waited_for_in_wait_stages(bootstrapped: LocalAws, tmp_path: Path) -> None:
    app = job_app(tmp_path, "FiveHours", **FIVE_HOURS)
    assert cloud_assembly.deploy(bootstrapped, app) == []
    events = bootstrapped.events("FiveHours")
    wait_stages = [completed(events, f"JobWait{number}") for number in range(1, 9)]
    assert wait_stages == sorted(wait_stages)
    assert wait_stages[-1] < completed(events, "JobBest")
    [job] = requests_of(bootstrapped, "FiveHours")
    finished = bootstrapped.client("sagemaker").describe_inference_recommendations_job(JobName=job["JobName"])
    assert finished["Status"] == "COMPLETED"
    assert (finished["CompletionTime"] - finished["CreationTime"]).total_seconds() > 4 * 3600
    cloud_assembly.destroy(bootstrapped, app)


def test_destroying_while_the_job_runs_stops_it(bootstrapped: LocalAws, tmp_path: Path) -> None:
    app = job_app(tmp_path, "Interrupted", **FIVE_HOURS)
    deploying = bootstrapped.start_cdk("deploy", "--require-approval", "never", app=app)
    with bootstrapped.in_real_time(), deploying as cli, ended(cli):
        until(lambda: bool(requests_of(bootstrapped, "Interrupted")))
        cli.send_signal(signal.SIGINT)
        cli.communicate(timeout=120)
        [job] = requests_of(bootstrapped, "Interrupted")
        assert job_status(bootstrapped, job["JobName"]) in {"PENDING", "IN_PROGRESS"}
    destroy(bootstrapped, app)
    assert job_status(bootstrapped, job["JobName"]) == "STOPPED"
    until(lambda: not any(bootstrapped.admin("running").values()))
