"""A function and a state machine with everything that a platform's policies may demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import App

from tests.e2e.applications import PAYLOAD_BUCKET
from tests.e2e.cloud_assembly import deploy, destroy
from tests.e2e.commands import requests_of
from tests.maximal_app import maximal_stack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("short_jobs")]


def test_a_configured_provider_deploys_a_job_and_an_endpoint_and_goes(bootstrapped: LocalAws, tmp_path: Path) -> None:
    application = App(outdir=str(tmp_path / "cdk.out"))
    stack = maximal_stack(application, payload_bucket=PAYLOAD_BUCKET)
    application.synth()
    assert deploy(bootstrapped, tmp_path / "cdk.out") == []
    assert len(requests_of(bootstrapped, stack.stack_name)) == 1
    destroy(bootstrapped, tmp_path / "cdk.out")
