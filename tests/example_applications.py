"""The checkout's own CDK applications, synthesised as the CDK CLI does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
"""The checkout."""
APP: Final = "app"
RECOMMENDED_ENDPOINT: Final = "examples.recommended_endpoint"
CANARY_ENDPOINT: Final = "examples.canary_endpoint"
APPLICATIONS: Final = (APP, RECOMMENDED_ENDPOINT, CANARY_ENDPOINT)
"""Names of their modules."""


def synthesised(application: str, folder: Path, *, validated: bool = False, **context: str) -> Path:
    """Return the cloud assembly of an application, with the feature flags of `cdk.json`.

    Args:
        application: One of `APPLICATIONS`.
        folder: Where the assembly goes.
        validated: Whether the CDK validates the templates; this takes some seconds.
        context: Context values of the application.
    """
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    environment = os.environ | {
        "CDK_OUTDIR": str(folder / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps(flags | context),
        "CDK_VALIDATION": json.dumps(validated),
    }
    subprocess.run([sys.executable, "-m", application], cwd=ROOT, env=environment, check=True)
    return folder / "cdk.out"
