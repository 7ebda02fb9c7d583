"""What compliance tools find, and why it is accepted.

The tools are imported where they are used: every process that shares the tests imports this, and one runs them.
"""

from __future__ import annotations

import json
import re
import subprocess
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from .applications import MAXIMAL, checked
from .policies import identity_policies, state_machines

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN: Final = re.compile(r"^(\w+/)?(InferenceRecommenderProvider|Job|Endpoint)")
"""What the library creates in the maximal app, by path or by logical id; the rest is the app's own."""
THE_CDKS: Final = re.compile(r"^Pipeline/Pipeline")
"""What the CDK's own `pipelines.CodePipeline` creates in `examples/pipeline.py`, likewise."""
GAPS: Final = {
    ("parliament", r"UNKNOWN_CONDITION_FOR_ACTION .*aws:ViaAWSService.*"): (
        "A key of every request (IAM user guide, global condition keys), which the tool doesn't know."
    ),
    ("parliament", r"UNKNOWN_CONDITION_FOR_ACTION .*lambda:SourceFunctionArn.*"): (
        "A key of every call that a function makes (Lambda developer guide), which the tool doesn't know."
    ),
    ("parliament", r"RESOURCE_MISMATCH sagemaker:CreateEndpoint"): (
        "Authorized on the endpoint and on its configuration, each in a statement of its own."
    ),
    ("parliament", r"RESOURCE_MISMATCH s3:\w+(, s3:\w+)*"): (
        "The wildcards of the CDK's bucket.grant_read also match actions on resources that aren't buckets."
    ),
    ("parliament", r"RESOURCE_MISMATCH ec2:\w+(, ec2:\w+)*"): (
        "As in the Lambda developer guide: Lambda tries the actions on an interface whose id it makes up."
    ),
    ("parliament", r"RESOURCE_MISMATCH states:(DescribeExecution|ListExecutions)"): (
        "The actions also take executions of express machines and map runs, which the library has none of."
    ),
}
"""What a tool gets wrong or doesn't know, by tool and finding. What the library decides has its reason in its code."""


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """A finding of a tool.

    Attributes:
        tool: The tool, or its rule pack.
        rule: Id of the rule, with what it found where a rule finds several things.
        application: Name of the application's module.
        where: Path of the construct, or the logical id.
        reason: Why it is accepted; empty where it isn't.
    """

    tool: str
    rule: str
    application: str
    where: str
    reason: str = ""

    @property
    def is_ours(self) -> bool:
        """Return whether the library, or an example, is what it was found in."""
        if self.application == MAXIMAL:
            return OWN.match(self.where) is not None
        return THE_CDKS.match(self.where) is None


def findings(application: str) -> list[Finding]:
    """Return what all tools find in an application."""
    found = [
        *_nag(application),
        *_parliament(application),
        *_policy_sentry(application),
        *_asl_validator(application),
    ]
    return sorted({each for each in found if each.is_ours})


def _found(tool: str, rule: str, application: str, where: str) -> Finding:
    reasons = [reason for (owner, pattern), reason in GAPS.items() if owner == tool and re.fullmatch(pattern, rule)]
    return Finding(tool=tool, rule=rule, application=application, where=where, reason=" ".join(reasons))


def _nag(application: str) -> Iterator[Finding]:
    for report in checked(application).reports:
        for violation in (*report["violations"], *report.get("suppressedViolations", ())):
            for construct in violation["violatingConstructs"]:
                yield Finding(
                    tool=f"cdk-nag {report['pluginName']}",
                    rule=violation["ruleName"],
                    application=application,
                    where=construct["constructPath"],
                    reason=violation.get("reason", ""),
                )


def _parliament(application: str) -> Iterator[Finding]:
    for where, document in _policies(application):
        for rule in _analyzed(json.dumps(document)):
            yield _found("parliament", rule, application, where)


@cache
def _analyzed(document: str) -> tuple[str, ...]:
    """Return what parliament finds in a policy; most stacks have the same ones."""
    with warnings.catch_warnings():
        # It leaves files open, and imports a deprecated module.
        warnings.simplefilter("ignore")
        from parliament import analyze_policy_string  # noqa: PLC0415

    return tuple(f"{found.issue} {_detail(found.detail)}" for found in analyze_policy_string(document).findings)


def _detail(detail: Any) -> str:
    if isinstance(detail, list):
        return ", ".join(sorted({each["action"] if isinstance(each, dict) else str(each) for each in detail}))
    return str(detail)


def _policy_sentry(application: str) -> Iterator[Finding]:
    """Yield actions that are allowed on every resource though they support a narrower one, and unknown ones."""
    for where, document in _policies(application):
        for statement in document["Statement"]:
            for action in _as_list(statement["Action"]):
                service = action.partition(":")[0]
                if "*" in action or statement["Effect"] != "Allow":
                    continue
                if action.lower() not in _known(service):
                    yield _found("policy_sentry", f"UNKNOWN_ACTION {action}", application, where)
                elif "*" in _as_list(statement["Resource"]) and action.lower() not in _wildcard_only(service):
                    yield _found("policy_sentry", f"NARROWER_RESOURCE {action}", application, where)


def _asl_validator(application: str) -> Iterator[Finding]:
    for stack, template in checked(application).templates.items():
        for logical_id, definition in state_machines(template):
            problem = _problem_of_state_machine(definition)
            if problem:
                yield _found("asl-validator", problem, application, f"{stack}/{logical_id}")


@cache
def _problem_of_state_machine(definition: str) -> str:
    """Return what asl-validator says of a definition; most stacks have the same one."""
    command = ["asl-validator", "--json-definition", definition]
    validated = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if validated.returncode == 0 else " ".join((validated.stdout + validated.stderr).split())


def _policies(application: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for stack, template in checked(application).templates.items():
        for logical_id, document in identity_policies(template):
            yield f"{stack}/{logical_id}", document


@cache
def _known(service: str) -> frozenset[str]:
    from policy_sentry.querying.actions import get_actions_for_service  # noqa: PLC0415

    return frozenset(action.lower() for action in get_actions_for_service(service))


@cache
def _wildcard_only(service: str) -> frozenset[str]:
    from policy_sentry.querying.actions import get_actions_that_support_wildcard_arns_only  # noqa: PLC0415

    return frozenset(action.lower() for action in get_actions_that_support_wildcard_arns_only(service))


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
