"""What `cdk synth` shows of twenty broken constructs."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

APP = """
from aws_cdk import App, Duration, Stack
from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource

app = App()
stack = Stack(app, "Stack")
for number in range(20):
    InferenceRecommendationsJob(
        stack, f"Job{number}",
        model=ModelSource.from_model_package("arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1"),
        job_name_prefix="x" * 25,
        poll_interval=Duration.seconds(1),
    )
app.synth()
"""
PLACES = [f"job_name_prefix = '{'x' * 25}'", "poll_interval = 1"]


def test_all_problems_are_the_last_thing_that_is_shown(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(APP)
    done = subprocess.run(
        ["cdk", "--no-notices", "--ci", "synth", "--app", f"{sys.executable} {app}"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode != 0
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).splitlines() if line.strip()]
    heading = max(number for number, line in enumerate(lines) if "Validation failed with the following errors:" in line)
    *reported, last = lines[heading + 1 :]
    assert [line.partition(": ")[0] for line in reported] == [
        f"[Stack/Job{number}] {place}" for number in range(20) for place in PLACES
    ]
    # The one line that the CLI itself adds.
    assert "exited with error 1" in last
