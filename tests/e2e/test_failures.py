"""What a user reads when a deployment fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e import cloud_assembly, commands
from tests.e2e.applications import MODEL_PACKAGE_ARN, job_app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e


def test_a_job_that_fails_is_reported_by_the_cli_in_the_services_words(bootstrapped: LocalAws, tmp_path: Path) -> None:
    reason = "INVALID_INPUT : 1. Model returned 4xx or 5xx error code."
    bootstrapped.admin("faults", {"fault": "fail-job", "job": "failing-job-*", "reason": reason})
    failed = commands.deploy(bootstrapped, job_app(tmp_path, "Failing"))
    assert failed.code != 0
    assert "CREATE_FAILED" in failed.output
    [line, *_] = [line for line in failed.output.splitlines() if reason in line]
    assert "CloudWatch Log Stream: " in line, "the reason stands in one line"
    assert "Change `rerun_nonce` to run it again." in " ".join(failed.output.split())
    assert "Traceback" not in failed.output
    # The CLI shows the handler's latest lines too, of each the message.
    assert re.search(r"received: requestType=Create .*logicalResourceId=Job", failed.output), failed.output
    assert re.search(r"response sent: requestType=Create .*status=FAILED reason=", failed.output), failed.output
    assert "X-Amz-Signature" not in failed.output
    commands.delete(bootstrapped, "Failing")


def test_an_unknown_model_package_is_reported_in_the_services_words(bootstrapped: LocalAws, tmp_path: Path) -> None:
    arn = MODEL_PACKAGE_ARN.replace("image-classifier", "nobody-registered-this")
    app = job_app(tmp_path, "Unknown", model_package_arn=arn)
    _fails(bootstrapped, app, f"ModelPackage {arn} does not exist")


def test_a_role_that_cannot_be_assumed_is_reported(bootstrapped: LocalAws, tmp_path: Path) -> None:
    role_arn = "arn:aws:iam::123456789012:role/nobody-made-this"
    _fails(bootstrapped, job_app(tmp_path, "NoRole", role_arn=role_arn), f"Could not assume role {role_arn}.")


def _fails(aws: LocalAws, app: Path, reason: str) -> None:
    reasons = cloud_assembly.deploy(aws, app)
    [reported, *_] = [each for each in reasons if reason in each]
    assert "CloudWatch Log Stream: " in reported
    assert not [each for each in reasons if "Traceback" in each or "X-Amz-Signature" in each]
    cloud_assembly.destroy(aws, app)
