"""Jobs that take longer than one custom resource may."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.e2e import cloud_assembly
from tests.e2e.applications import FIVE_HOURS, job_app
from tests.e2e.commands import job_status, requests_of, until
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
    with ExitStack() as clock:
        clock.enter_context(bootstrapped.in_real_time())
        with bootstrapped.start_cdk("deploy", "--require-approval", "never", app=app) as cli, ended(cli):
            until(lambda: bool(requests_of(bootstrapped, "Interrupted")))
            cli.send_signal(signal.SIGINT)
            cli.communicate(timeout=120)
        [job] = requests_of(bootstrapped, "Interrupted")
        assert job_status(bootstrapped, job["JobName"]) in {"PENDING", "IN_PROGRESS"}
        with bootstrapped.start_cdk("destroy", "--all", "--force", app=app) as cli, ended(cli):
            # On the fast clock the job is over before a busy machine has started the CLI.
            until(lambda: bootstrapped.events("Interrupted")[-1]["ResourceStatus"].startswith("DELETE_"))
            clock.close()
            output, _ = cli.communicate(timeout=120)
            assert cli.returncode == 0, output
    assert job_status(bootstrapped, job["JobName"]) == "STOPPED"
    until(lambda: not any(bootstrapped.admin("running").values()))
