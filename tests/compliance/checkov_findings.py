"""What checkov finds in the templates of the examples: nothing without a reason.

`make compliance` runs this. checkov needs other versions than the checkout has, and so an environment of its own, which
`make test` doesn't need.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from shutil import copyfile
from typing import TYPE_CHECKING, Final

import pytest

from tests.example_applications import ROOT, template_files

from .applications import EVERY_APPLICATION, MAXIMAL, assembled
from .findings import Finding

if TYPE_CHECKING:
    from pathlib import Path

CHECKOV: Final = ROOT / ".checkov" / "bin" / "checkov"
_CONFIGURE: Final = "An example. In production: InferenceRecommenderProvider.configure(app, {}=...)."
_OF_THE_CDK: Final = "The CDK's own function, which closes the network's default security group."
_GROUP_CLOSER: Final = r"CustomVpcRestrictDefaultSGCustomResourceProviderHandler[0-9A-F]{8}"
REASONS: Final = {
    ("CKV_AWS_115", "InferenceRecommenderHandler"): _CONFIGURE.format("reserved_concurrent_executions"),
    ("CKV_AWS_116", "InferenceRecommenderHandler"): _CONFIGURE.format("on_failure"),
    ("CKV_AWS_117", "InferenceRecommenderHandler"): _CONFIGURE.format("vpc"),
    ("CKV_AWS_158", r"InferenceRecommenderProviderLogGroup[0-9A-F]{8}"): _CONFIGURE.format("log_group"),
    ("CKV_AWS_18", r"Captured[0-9A-F]{8}"): "An example. In production: the bucket's own props.",
    ("CKV_AWS_21", r"Captured[0-9A-F]{8}"): "An example. In production: the bucket's own props.",
    ("CKV_AWS_115", _GROUP_CLOSER): _OF_THE_CDK,
    ("CKV_AWS_116", _GROUP_CLOSER): _OF_THE_CDK,
    ("CKV_AWS_117", _GROUP_CLOSER): _OF_THE_CDK,
    ("CKV_AWS_370", "Model"): "An example. In production: enable_network_isolation, if the container needs no network.",
}
"""By the check's id and the resource's logical id: what the examples leave to the app."""


def checkov_findings(folder: Path, elsewhere: Path) -> dict[str, list[Finding]]:
    """Return what checkov finds in each application, without what a template's own metadata excuses.

    Args:
        folder: Takes the templates.
        elsewhere: Takes the assemblies.
    """
    for application in EVERY_APPLICATION:
        (folder / application).mkdir()
        for template in template_files(assembled(application, elsewhere / application)):
            copyfile(template, folder / application / template.name)
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
    found: dict[str, set[Finding]] = {application: set() for application in EVERY_APPLICATION}
    for check in report["results"]["failed_checks"]:
        application, _, template_file = check["file_path"].lstrip("/").partition("/")
        finding = _finding(application, check["check_id"], check["resource"])
        stack = template_file.removesuffix(".template.json")
        if replace(finding, where=finding.where if application == MAXIMAL else f"{stack}/{finding.where}").is_ours:
            found[application].add(finding)
    return {application: sorted(each) for application, each in found.items()}


def _finding(application: str, rule: str, resource: str) -> Finding:
    logical_id = resource.rpartition(".")[2]
    reasons = [reason for (id, where), reason in REASONS.items() if id == rule and re.fullmatch(where, logical_id)]  # noqa: A001 -- the check's
    # The application with every setting leaves nothing to itself.
    reason = "" if application == MAXIMAL else " ".join(reasons)
    return Finding(tool="checkov", rule=rule, application=application, where=logical_id, reason=reason)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    return checkov_findings(tmp_path_factory.mktemp("templates"), tmp_path_factory.mktemp("assemblies"))


@pytest.mark.parametrize("application", EVERY_APPLICATION)
def test_every_finding_has_a_reason(found: dict[str, list[Finding]], application: str) -> None:
    assert [each for each in found[application] if not each.reason] == []


def test_every_reason_is_needed(found: dict[str, list[Finding]]) -> None:
    given = {(each.rule, each.reason) for findings in found.values() for each in findings}
    assert given == {(rule, reason) for (rule, _), reason in REASONS.items()}
