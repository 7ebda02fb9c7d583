"""What is wrong with templates, as far as their schemas say."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

from aws_cdk import App, CloudFormationValidatePlugin, Validations

from .synthesis import Json, new_app

if TYPE_CHECKING:
    from pathlib import Path


CDK_VALIDATION: Final = "CloudFormation Validate"
"""How the CDK's own validation is called in a report."""


def validated_app(context: Json | None = None) -> App:
    """Return an app whose templates the CDK validates, which it doesn't in other tests."""
    app = new_app(context)
    Validations.of(app).add_plugins(cdk_validation())
    return app


@cache
def cdk_validation() -> CloudFormationValidatePlugin:
    """Return the CDK's own validation, which takes 5 seconds to create."""
    return CloudFormationValidatePlugin()


def lint_errors(template: str) -> list[str]:
    """Return the errors that cfn-lint finds."""
    # The import takes a second and a half in each process that has these tests, and one runs them.
    from cfnlint.api import ManualArgs, lint  # noqa: PLC0415

    found = lint(template, config=ManualArgs(regions=["us-east-1"], ignore_checks=["W", "I"]))
    return [f"{match.rule.id} {match.path}: {match.message}" for match in found]


def violations_in(assembly: Path) -> list[str]:
    """Return the findings of the CDK's validation, from the assembly's report."""
    reports = json.loads((assembly / "validation-report.json").read_text())["pluginReports"]
    return [
        f"{violation['ruleName']} {violation['description']}"
        for report in reports
        if report["pluginName"] == CDK_VALIDATION
        for violation in report["violations"]
    ]
