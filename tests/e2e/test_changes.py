"""What a change leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import Duration

from tests.e2e.applications import job_app
from tests.e2e.cloud_assembly import deploy, destroy
from tests.e2e.commands import job_status, requests_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e


def test_a_changed_field_replaces_the_job_and_waits_again(bootstrapped: LocalAws, tmp_path: Path) -> None:
    first = job_app(tmp_path / "1", "Changing")
    assert deploy(bootstrapped, first) == []
    second = job_app(tmp_path / "2", "Changing", job_duration=Duration.hours(1), description="longer")
    assert deploy(bootstrapped, second) == []
    old, new = requests_of(bootstrapped, "Changing")
    assert old["JobName"] != new["JobName"]
    assert new["InputConfig"]["JobDurationInSeconds"] == 3600
    assert job_status(bootstrapped, new["JobName"]) == "COMPLETED"
    assert job_status(bootstrapped, old["JobName"]) == "COMPLETED"

    described = job_app(tmp_path / "3", "Changing", job_duration=Duration.hours(1), description="described anew")
    assert deploy(bootstrapped, described) == []
    assert len(requests_of(bootstrapped, "Changing")) == 2, "a description isn't measured, and must not cost a job"
    destroy(bootstrapped, described)
