"""What compliance tools find in the library, and why it is accepted: nothing without a reason.

To accept a change of the page: `python -m tests.compliance.test_compliance`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam

from tests.example_applications import ROOT

from . import findings as tools
from .applications import EVERY_APPLICATION, MAXIMAL, checked
from .checkov_findings import REASONS
from .findings import GAPS, Finding, findings

if TYPE_CHECKING:
    from collections.abc import Iterator


PAGE: Final = ROOT / "docs" / "compliance.md"
INTRODUCTION: Final = """\
# Compliance

<!-- Made by: python -m tests.compliance.test_compliance -->

What compliance tools find in the example applications, and in what the library creates of an application with every
setting of the provider ([provider.md](provider.md)): cdk-nag's rule packs AwsSolutions, Serverless, NIST 800-53
revision 5 and PCI DSS 3.2.1; parliament and policy_sentry on each policy; asl-validator on the state machine; checkov
on the templates (`make compliance`). Their versions are fixed. A finding without a reason fails a test.

The library acknowledges what it decides itself, so that an app which uses cdk-nag 3 finds these reasons in its own
report instead of findings. It doesn't acknowledge what the app decides, such as a VPC for the function: the reasons for
those below are the examples' own, and the application with every setting has none of them. Of `examples/pipeline.py`
the table has what its stages deploy, and not what the CDK's own `pipelines.CodePipeline` creates.

| Application | Findings | With a reason | Open |
|---|---|---|---|
"""
TABLE: Final = """
## Findings and reasons

`AwsSolutions-IAM5` is one finding for each wildcard. [iam.md](iam.md) has the statements.

| Tool | Rule | Where | Reason |
|---|---|---|---|
"""


def rows() -> Iterator[str]:
    found = Counter(
        (each.tool, re.sub(r"\[.*\]$", "", each.rule), each.where.partition("/")[2], each.reason)
        for application in EVERY_APPLICATION
        for each in findings(application)
    )
    places: dict[tuple[str, str, str], dict[str, None]] = {}
    for tool, rule, where, reason in sorted(found):
        places.setdefault((tool, rule, reason), {})[without_hashes(where)] = None
    for (tool, rule, reason), shared in places.items():
        yield f"| {tool} | {rule} | {', '.join(f'`{each}`' for each in shared)} | {reason or '**open**'} |"


def checkov_rows() -> Iterator[str]:
    """`make compliance` shows that these are its findings."""
    for (rule, where), reason in REASONS.items():
        yield f"| checkov | {rule} | `{where.partition('[')[0]}` | {reason} |"


def without_hashes(where: str) -> str:
    """A logical id or a path without what CDK makes of paths and statements, and without its stage."""
    where = where.removeprefix("Measured/Gate/")
    return re.sub(r"[0-9A-F]{8}\b", "", where).removesuffix("/Resource")


def page() -> str:
    summary = []
    for application in EVERY_APPLICATION:
        found = findings(application)
        accepted = [each for each in found if each.reason]
        name = "every setting" if application == MAXIMAL else f"`{application.replace('.', '/')}.py`"
        summary.append(f"| {name} | {len(found)} | {len(accepted)} | {len(found) - len(accepted)} |")
    return INTRODUCTION + "\n".join(summary) + "\n" + TABLE + "\n".join([*rows(), *checkov_rows()]) + "\n"


@pytest.mark.parametrize("application", EVERY_APPLICATION)
def test_every_finding_has_a_reason(application: str) -> None:
    assert [each for each in findings(application) if not each.reason] == []


def test_the_page_is_what_the_tools_find() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), __doc__


def test_every_gap_of_a_tool_is_needed() -> None:
    reasons = {each.reason for application in EVERY_APPLICATION for each in findings(application)}
    assert [gap for gap, reason in GAPS.items() if reason not in reasons] == []


def test_the_application_with_every_setting_needs_no_reason_of_its_own_for_the_library() -> None:
    assert not [each for each in findings(MAXIMAL) if "An example." in each.reason]


def role(scope: Stack, *resources: str) -> iam.Role:
    allowed = iam.PolicyStatement(actions=["sagemaker:DescribeModel"], resources=list(resources))
    return iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"All": iam.PolicyDocument(statements=[allowed])},
    )


def test_cdk_nag_finds_what_nobody_acknowledged() -> None:
    """An acknowledgment of another wildcard doesn't cover a new one."""
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415 -- see applications.py

    stack = Stack(App(), "Stack")
    role(stack, "*")
    [found] = [each.rule_name for each in AwsSolutionsChecks().validate_scope(stack).violations]
    assert found == "AwsSolutions-IAM5[Resource::*]"
    assert len({report["pluginName"] for report in checked(MAXIMAL).reports}) == 4


@pytest.mark.parametrize(
    ("statement", "tool", "rule"),
    [
        ({"Action": "sagemaker:DescribeModel", "Resource": "*"}, "policy_sentry", "NARROWER_RESOURCE"),
        ({"Action": "sagemaker:DescribeModels", "Resource": "*"}, "parliament", "UNKNOWN_ACTION"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket"}, "parliament", "RESOURCE_MISMATCH"),
    ],
)
def test_policies_are_looked_at(
    monkeypatch: pytest.MonkeyPatch, statement: dict[str, str], tool: str, rule: str
) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    monkeypatch.setattr(tools, "identity_policies", lambda _: [("Role", document)])
    found = {(each.tool, each.rule.partition(" ")[0]) for each in findings(EVERY_APPLICATION[0])}
    assert (tool, rule) in found


def test_state_machines_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = '{"StartAt": "Missing", "States": {"Done": {"Type": "Succeed"}}}'
    monkeypatch.setattr(tools, "state_machines", lambda _: [("Machine", definition)])
    found: list[Finding] = [each for each in findings(EVERY_APPLICATION[0]) if each.tool == "asl-validator"]
    assert len(found) == len(checked(EVERY_APPLICATION[0]).templates)
    assert not any(each.reason for each in found)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
