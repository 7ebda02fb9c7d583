"""The checkout's own CDK applications, synthesised in this process: each starts as `python -m` starts it."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aws_cdk
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parents[1]
"""The checkout."""
APP: Final = "app"
RECOMMENDED_ENDPOINT: Final = "examples.recommended_endpoint"
CANARY_ENDPOINT: Final = "examples.canary_endpoint"
GATE: Final = "examples.gate_in_ci"
PIPELINE: Final = "examples.pipeline"
RECORDED_APPLICATIONS: Final = (APP, RECOMMENDED_ENDPOINT, CANARY_ENDPOINT)
"""Names of the modules whose cloud assemblies are recorded for upgrades."""
APPLICATIONS: Final = (
    *RECORDED_APPLICATIONS,
    "examples.quick_start",
    "examples.load_test_stairs",
    "examples.load_test_phases",
    "examples.serverless",
    GATE,
    "examples.autoscaled_endpoint",
    "examples.vpc_and_keys",
    "examples.model_without_registry",
    "examples.default_feeds_advanced",
    "examples.past_job",
    "examples.cli_document",
    "examples.many_models",
    PIPELINE,
    "examples.tested_stack",
)
"""Names of all modules."""


def feature_flags() -> dict[str, object]:
    """Return the context of `cdk.json`."""
    flags: dict[str, object] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return flags


def synthesised(
    application: str, folder: Path, *, prepare: Callable[[aws_cdk.App], None] | None = None, **context: str
) -> Path:
    """Return the cloud assembly of an application, with the feature flags of `cdk.json`.

    The CDK CLI starts a process for that, which takes ten times as long.

    Args:
        application: One of `APPLICATIONS`.
        folder: Where the assembly goes.
        prepare: What is done with the app before the application declares anything.
        context: Context values of the application.
    """
    assembly = folder / "cdk.out"

    class SynthesisedApp(aws_cdk.App):
        def __init__(self) -> None:
            super().__init__(outdir=str(assembly), context=feature_flags() | context)
            if prepare is not None:
                prepare(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws_cdk, "App", SynthesisedApp)
        # Another application may have imported it.
        patch.delitem(sys.modules, application, raising=False)
        runpy.run_module(application, run_name="__main__")
    return assembly


def template_files(assembly: Path) -> list[Path]:
    """Return the templates of an assembly, those of its stages included."""
    return sorted(assembly.rglob("*.template.json"))
