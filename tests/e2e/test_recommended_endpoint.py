"""From a job's results to an endpoint without instances; with instances: test_scaled_endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.applications import MODEL_PACKAGE_ARN
from tests.e2e.cloud_assembly import deploy, destroy
from tests.e2e.hosting import SERVERLESS, hosting_app, models, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e


def test_a_serverless_winner_is_served_without_instances(bootstrapped: LocalAws, tmp_path: Path) -> None:
    app = hosting_app(tmp_path, "Serverless", configurations=SERVERLESS)
    assert deploy(bootstrapped, app) == []
    variant, container = serving(bootstrapped, "Serverless")
    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert container == {"ModelPackageName": MODEL_PACKAGE_ARN}
    destroy(bootstrapped, app)
    assert models(bootstrapped, "Serverless") == []
