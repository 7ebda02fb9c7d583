"""The applications that the compliance tools look at, each synthesised once, in this process."""

from __future__ import annotations

import json
import runpy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final

import aws_cdk
import pytest
from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks

from tests.example_applications import APPLICATIONS, ROOT
from tests.maximal_app import maximal_stack

if TYPE_CHECKING:
    from collections.abc import Mapping

MAXIMAL: Final = "tests.maximal_app"
EVERY_APPLICATION: Final = (*APPLICATIONS, MAXIMAL)
PACKS: Final = (AwsSolutionsChecks, ServerlessChecks, NIST80053R5Checks, PCIDSS321Checks)


@dataclass(frozen=True, kw_only=True)
class CheckedApplication:
    """A cloud assembly, with what cdk-nag found in it.

    Attributes:
        reports: Reports of the packs, as in `validation-report.json`.
        templates: Templates by the stack's name.
    """

    reports: list[dict[str, Any]]
    templates: Mapping[str, dict[str, Any]]


@cache
def checked(application: str) -> CheckedApplication:
    """Return an application that cdk-nag has looked at.

    Args:
        application: One of `EVERY_APPLICATION`.
    """
    folder = Path(mkdtemp(prefix="compliance-"))
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]

    class CheckedApp(aws_cdk.App):
        def __init__(self) -> None:
            super().__init__(outdir=str(folder), context=flags)
            aws_cdk.Validations.of(self).add_plugins(*(pack(self) for pack in PACKS))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws_cdk, "App", CheckedApp)
        try:
            if application == MAXIMAL:
                app = CheckedApp()
                maximal_stack(app)
                app.synth()
            else:
                runpy.run_module(application, run_name="__main__")
        except RuntimeError as error:
            # The report says what is open.
            if "ValidationFailed" not in str(error):
                raise
    report = json.loads((folder / "validation-report.json").read_text())
    templates = {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(folder.glob("*.template.json"))
    }
    return CheckedApplication(reports=report["pluginReports"], templates=templates)
