"""What compliance tools find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .applications import checked

if TYPE_CHECKING:
    from collections.abc import Iterator


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


def nag_findings(application: str) -> Iterator[Finding]:
    """Yield what cdk-nag's packs find in an application, acknowledged or not."""
    for report in checked(application).reports:
        for violation in (*report["violations"], *report.get("suppressedViolations", ())):
            for construct in violation["violatingConstructs"]:
                yield Finding(
                    tool=report["pluginName"],
                    rule=violation["ruleName"],
                    application=application,
                    where=construct["constructPath"],
                    reason=violation.get("reason", ""),
                )
