"""What checkov finds in the templates of the examples: nothing without a reason.

`make compliance` runs this. checkov needs other versions than the checkout has, and so an environment of its own, which
`make test` doesn't need.
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.example_applications import ROOT

from .applications import EVERY_APPLICATION, MAXIMAL, checked
from .findings import OWN, Finding

if TYPE_CHECKING:
    from pathlib import Path

CHECKOV: Final = ROOT / ".checkov" / "bin" / "checkov"
_CONFIGURE: Final = "An example. In production: InferenceRecommenderProvider.configure(app, {}=...)."
REASONS: Final = {
    ("CKV_AWS_115", "InferenceRecommenderHandler"): _CONFIGURE.format("reserved_concurrent_executions"),
    ("CKV_AWS_116", "InferenceRecommenderHandler"): _CONFIGURE.format("on_failure"),
    ("CKV_AWS_117", "InferenceRecommenderHandler"): _CONFIGURE.format("vpc"),
    ("CKV_AWS_158", r"InferenceRecommenderProviderLogGroup[0-9A-F]{8}"): _CONFIGURE.format("log_group"),
    ("CKV_AWS_18", r"Captured[0-9A-F]{8}"): "An example. In production: the bucket's own props.",
    ("CKV_AWS_21", r"Captured[0-9A-F]{8}"): "An example. In production: the bucket's own props.",
    ("CKV_AWS_370", "Model"): "An example. In production: enable_network_isolation, if the container needs no network.",
}
"""By the check's id and the resource's logical id: what the examples leave to the app."""


def checkov_findings(application: str, folder: Path) -> list[Finding]:
    """Return what checkov finds in an application, without what a template's own metadata excuses."""
    for stack, template in checked(application).templates.items():
        (folder / f"{stack}.template.json").write_text(json.dumps(template), encoding="utf-8")
    command = [
        str(CHECKOV),
        "--directory",
        str(folder),
        "--framework",
        "cloudformation",
        "--skip-download",
        "--compact",
    ]
    ran = subprocess.run([*command, "--output", "json"], capture_output=True, text=True, check=False)
    report = json.loads(ran.stdout)
    assert report["summary"]["passed"] > 0
    assert report["summary"]["parsing_errors"] == 0
    found = (
        _finding(application, check["check_id"], check["resource"]) for check in report["results"]["failed_checks"]
    )
    return sorted({each for each in found if application != MAXIMAL or OWN.match(each.where)})


def _finding(application: str, rule: str, resource: str) -> Finding:
    logical_id = resource.rpartition(".")[2]
    reasons = [reason for (id, where), reason in REASONS.items() if id == rule and re.fullmatch(where, logical_id)]  # noqa: A001 -- the check's
    # The application with every setting leaves nothing to itself.
    reason = "" if application == MAXIMAL else " ".join(reasons)
    return Finding(tool="checkov", rule=rule, application=application, where=logical_id, reason=reason)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    return {each: checkov_findings(each, tmp_path_factory.mktemp("templates")) for each in EVERY_APPLICATION}


@pytest.mark.parametrize("application", EVERY_APPLICATION)
def test_every_finding_has_a_reason(found: dict[str, list[Finding]], application: str) -> None:
    assert [each for each in found[application] if not each.reason] == []


def test_every_reason_is_needed(found: dict[str, list[Finding]]) -> None:
    given = {(each.rule, each.reason) for findings in found.values() for each in findings}
    assert given == {(rule, reason) for (rule, _), reason in REASONS.items()}
