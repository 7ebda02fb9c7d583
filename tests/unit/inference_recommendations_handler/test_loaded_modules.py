"""Modules that a call of the function loads. Lambda can't keep bytecode, so each cold start compiles them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import inference_recommendations_handler

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(inference_recommendations_handler.__file__).parent
ALWAYS = {
    "aws",
    "aws.clients",
    "aws.deadline_budget",
    "aws.error_codes",
    "aws.errors",
    "handler",
    "inference_job",
    "inference_job.failure_reason",
    "inference_job.network_interfaces",
    "inference_job.service",
    "invocation",
    "jobs",
    "jobs.job_kind",
    "jobs.job_snapshot",
    "jobs.remedy",
    "protocol",
    "protocol.contract",
    "protocol.custom_resource_event",
    "protocol.log",
    "protocol.redaction",
    "protocol.response",
    "protocol.response_url",
    "protocol.property_values",
    "protocol.typed_request",
    "stack",
    "stack.execution_state",
    "stack.owner",
    "stack.state_machine",
}
WAIT = {
    "lifecycle",
    "lifecycle.timeout",
    "lifecycle.wait",
    "lifecycle.wait_stage",
    "stack.earlier_executions",
}
MAX_ZIPPED_BYTES = 112_000


def loaded(*modules: str) -> set[str]:
    """Return the modules of the handler that a new process has loaded after importing some."""
    program = f"""
import importlib, json, sys
for name in {json.dumps(modules)}:
    importlib.import_module(f"inference_recommendations_handler.{{name}}")
print(json.dumps([name for name in sys.modules if name.startswith("inference_recommendations_handler.")]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    names: Iterable[str] = json.loads(done.stdout)
    return {name.removeprefix("inference_recommendations_handler.") for name in names}


@pytest.mark.parametrize(
    ("modules", "expected"), [(["handler"], ALWAYS), (["handler", "lifecycle.wait"], ALWAYS | WAIT)]
)
def test_a_wait_loads_no_more_than_it_needs(modules: list[str], expected: set[str]) -> None:
    assert loaded(*modules) == expected


def test_importing_the_handler_makes_no_client() -> None:
    program = """
import botocore.session
def refuse(*_, **__): raise AssertionError("a client is made")
botocore.session.Session.create_client = refuse
import inference_recommendations_handler.handler
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_clients_are_made_without_boto3_which_would_lengthen_a_cold_start() -> None:
    program = """
import sys
from inference_recommendations_handler.aws.clients import clients
clients().sagemaker
print([name for name in sys.modules if name.partition(".")[0] in {"boto3", "s3transfer"}])
"""
    environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"


def test_the_asset_stays_small(tmp_path: Path) -> None:
    asset = tmp_path / "asset.zip"
    with zipfile.ZipFile(asset, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(FOLDER.rglob("*.py")):
            archive.write(path, path.relative_to(FOLDER.parent))
    assert asset.stat().st_size < MAX_ZIPPED_BYTES
