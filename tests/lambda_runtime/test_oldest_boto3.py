"""The handler's tests also pass with the boto3 of AWS Lambda's runtime, with which it is deployed.

The handler brings no dependency along: it gets the runtime's boto3, which is months older than the one that these tests
otherwise use.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
HANDLER_TESTS: Final = "tests/unit/inference_recommendations_handler"
TESTS: Final = (
    HANDLER_TESTS,
    # Those of the lifecycle that go through boto3's own clients, with what AWS refuses, and for hours.
    "tests/lifecycle/test_refused_deliveries.py",
    "tests/lifecycle/test_long_jobs.py",
    # Thousands of examples, which other tests go through with the newer boto3.
    f"--deselect={HANDLER_TESTS}/test_odd_shapes.py::test_whatever_is_requested_gets_a_response_once_and_readably",
    f"--deselect={HANDLER_TESTS}/protocol/test_redaction.py::test_a_secret_in_the_environment_is_in_no_response_and_in_no_log",
)


@pytest.fixture(scope="module")
def runtime(pytestconfig: pytest.Config) -> Path:
    """A folder with the pinned boto3, installed once for each content of the requirements."""
    cache = pytestconfig.cache
    assert cache is not None
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = cache.mkdir("lambda-runtime") / digest
    if not folder.exists():
        unfinished = folder.with_name(f"{digest}.{os.getpid()}")
        # jmespath, python-dateutil and urllib3 are as in constraints.txt.
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "--target", unfinished, "--requirement", REQUIREMENTS], check=True, timeout=300)
        unfinished.rename(folder)
    return folder


def test_the_handler_works_with_the_oldest_boto3_of_a_runtime(runtime: Path) -> None:
    sources = [ROOT / name for name in ("constructs", "lambda", "sandbox")]
    environment = os.environ | {
        "HYPOTHESIS_PROFILE": "few",
        "PYTHONPATH": os.pathsep.join(map(str, [runtime, *sources])),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    pinned = re.search(r"^botocore==(\S+)$", REQUIREMENTS.read_text(), re.MULTILINE)
    assert pinned is not None
    version = [sys.executable, "-c", "import botocore; print(botocore.__version__)"]
    found = subprocess.run(version, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == pinned[1]
    command = [sys.executable, "-m", "pytest", "-q", "--numprocesses=0", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=540)
    assert done.returncode == 0, done.stdout[-8000:]
    assert re.search(r"^[1-9]\d\d+ passed", done.stdout, re.MULTILINE)
