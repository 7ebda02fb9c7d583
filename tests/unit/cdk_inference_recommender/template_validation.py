"""What is wrong with templates, as far as their schemas say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cfnlint.api import ManualArgs, lint

if TYPE_CHECKING:
    from pathlib import Path


def lint_errors(template: str) -> list[str]:
    """Return what cfn-lint finds."""
    found = lint(template, config=ManualArgs(regions=["us-east-1"]))
    return [f"{match.rule.id} {match.path}: {match.message}" for match in found if match.rule.id.startswith("E")]


def violations_in(assembly: Path) -> list[str]:
    """Return what the CDK's validation found; it must have run."""
    reports = json.loads((assembly / "validation-report.json").read_text())["pluginReports"]
    [found] = [report["violations"] for report in reports if report["pluginName"] == "CloudFormation Validate"]
    return [f"{violation['ruleName']} {violation['description']}" for violation in found]
