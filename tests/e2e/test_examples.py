"""All examples in one run: deployed side by side, looked at, and deleted, after which nothing runs.

The pipeline is synthesised only: what it creates (CodePipeline, CodeBuild) the sandbox doesn't have.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.compliance.applications import checked
from tests.e2e.cloud_assembly import AssembledStack, assembled_stacks
from tests.e2e.commands import until
from tests.e2e.hosting import scaled, serving
from tests.example_applications import APPLICATIONS, PIPELINE, synthesised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

GATE: Final = "examples.gate_in_ci"
DEPLOYED: Final = tuple(each for each in APPLICATIONS if each not in {PIPELINE, GATE})
"""The gate is deployed by tests of its own."""
BUCKET: Final = "sagemaker-us-east-1-123456789012"
