"""What a user reads when a deployment fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.applications import MODEL_PACKAGE_ARN, job_app
from tests.e2e.commands import deploy, destroy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import CliResult, LocalAws

pytestmark = pytest.mark.e2e


def test_an_unknown_model_package_is_reported_in_the_services_words(bootstrapped: LocalAws, tmp_path: Path) -> None:
    arn = MODEL_PACKAGE_ARN.replace("image-classifier", "nobody-registered-this")
    app = job_app(tmp_path, "Unknown", model_package_arn=arn)
    failed = deploy(bootstrapped, app)
    _assert_told(failed, f"ModelPackage {arn} does not exist")
    assert re.search(r"received: requestType=Create .*logicalResourceId=Job", failed.output), failed.output
    destroy(bootstrapped, app)


def test_a_job_that_fails_is_reported_in_the_services_words(bootstrapped: LocalAws, tmp_path: Path) -> None:
    bootstrapped.admin(
        "faults",
        {
            "fault": "fail-job",
            "job": "failing-job-*",
            "reason": "INVALID_INPUT : 1. Model returned 4xx or 5xx error code.",
        },
    )
    app = job_app(tmp_path, "Failing")
    failed = deploy(bootstrapped, app)
    _assert_told(failed, "INVALID_INPUT : 1. Model returned 4xx or 5xx error code.")
    assert "Change `rerun_nonce` to run it again." in _joined(failed)
    destroy(bootstrapped, app)


def test_a_role_that_cannot_be_assumed_is_reported(bootstrapped: LocalAws, tmp_path: Path) -> None:
    role_arn = "arn:aws:iam::123456789012:role/nobody-made-this"
    app = job_app(tmp_path, "NoRole", role_arn=role_arn)
    failed = deploy(bootstrapped, app)
    _assert_told(failed, f"Could not assume role {role_arn}.")
    destroy(bootstrapped, app)


def _assert_told(failed: CliResult, reason: str) -> None:
    assert failed.code != 0
    assert "CREATE_FAILED" in failed.output
    [line, *_] = [line for line in failed.output.splitlines() if reason in line]
    assert "CloudWatch Log Stream: " in line, "the reason stands in one line"
    assert "Traceback" not in failed.output
    # The CLI shows the handler's latest lines too, of each the message.
    assert re.search(r"response sent: requestType=Create .*status=FAILED reason=", failed.output), failed.output
    assert "X-Amz-Signature" not in failed.output


def _joined(result: CliResult) -> str:
    return " ".join(result.output.split())
