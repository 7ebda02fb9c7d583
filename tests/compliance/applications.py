"""The applications that are checked, each synthesised once in a process, with all tools that look on meanwhile.

The tools are imported where they are used: every process that shares the tests imports this, and one runs them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import App, Validations

from tests.example_applications import APPLICATIONS, feature_flags, synthesised, template_files
from tests.maximal_app import maximal_stack
from tests.unit.cdk_inference_recommender.template_validation import CDK_VALIDATION, cdk_validation, violations_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAXIMAL: Final = "tests.maximal_app"
EVERY_APPLICATION: Final = (*APPLICATIONS, MAXIMAL)
_ASSEMBLIES: Final = TemporaryDirectory(prefix="checked-")


@dataclass(frozen=True, kw_only=True)
class CheckedApplication:
    """A cloud assembly that cdk-nag and the CDK's own validation have looked at.

    Attributes:
        assembly: Its folder.
        reports: Reports of cdk-nag's packs, as in `validation-report.json`.
        violations: What the CDK's own validation found.
        templates: Templates by the stack's name.
    """

    assembly: Path
    reports: list[dict[str, Any]]
    violations: list[str]
    templates: Mapping[str, dict[str, Any]]


def assembled(application: str, folder: Path, *, prepare: Callable[[App], None] | None = None) -> Path:
    """Return the cloud assembly of an application.

    Args:
        application: One of `EVERY_APPLICATION`.
        folder: Where the assembly goes.
        prepare: What is done with the app before the application declares anything.
    """
    if application != MAXIMAL:
        return synthesised(application, folder, prepare=prepare)
    app = App(outdir=str(folder / "cdk.out"), context=feature_flags())
    if prepare is not None:
        prepare(app)
    maximal_stack(app)
    return Path(app.synth().directory)


@cache
def checked(application: str) -> CheckedApplication:
    """Return an application that has been checked.

    Args:
        application: One of `EVERY_APPLICATION`.
    """
    folder = Path(_ASSEMBLIES.name) / application
    assembly = folder / "cdk.out"
    try:
        assembled(application, folder, prepare=_add_checks)
    except RuntimeError as error:
        # The report says what is open.
        if "ValidationFailed" not in str(error):
            raise
    reports = json.loads((assembly / "validation-report.json").read_text())["pluginReports"]
    return CheckedApplication(
        assembly=assembly,
        reports=[report for report in reports if report["pluginName"] != CDK_VALIDATION],
        violations=violations_in(assembly),
        templates={
            path.name.removesuffix(".template.json"): json.loads(path.read_text()) for path in template_files(assembly)
        },
    )


def _add_checks(app: App) -> None:
    from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks  # noqa: PLC0415

    packs = (AwsSolutionsChecks, ServerlessChecks, NIST80053R5Checks, PCIDSS321Checks)
    Validations.of(app).add_plugins(cdk_validation(), *(pack(app) for pack in packs))
