"""Rules that the service model doesn't contain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk_inference_recommender.request.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cdk_inference_recommender.request.api_path import Path
    from cdk_inference_recommender.request.request_document import RequestDocument


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A violation of a rule at one path.

    Attributes:
        path: The API's member names and list indices.
        value: The value at the path; `None` for a missing member.
        detail: What was found, if the value alone doesn't show it; follows the rule's text.
        remedy: What to do, if more specific than the rule's own remedy.
    """

    path: Path
    value: object = None
    detail: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule over one member or several.

    Attributes:
        id: CamelCase, unique and stable.
        severity: The effect of a violation. Default: an error.
        fields: The fields that it reads, such as `InputConfig.TrafficPattern.Phases[].SpawnRate`.
        text: The rule, stated as a sentence without its full stop. Fields stand in backquotes, as in `Problem`.
        remedy: What to do, likewise.
        source: The public document that states it, and what contradicts it.
        violations: Yields the violations of a request. Never raises, however malformed the request.
        refines: Rules, mostly of the service model, that this one replaces: if both are violated at the same path,
            only this one is reported.
    """

    id: str
    severity: Severity = Severity.ERROR
    fields: tuple[str, ...]
    text: str
    remedy: str
    source: str
    violations: Callable[[RequestDocument], Iterable[Violation]]
    refines: frozenset[str] = frozenset()

    def problems(self, request: RequestDocument) -> Iterator[Problem]:
        """Yield the problems of a request.

        Yields:
            One problem for each violation, in the document's order.
        """
        for violation in self.violations(request):
            yield Problem(
                rule=self.id,
                severity=self.severity,
                path=violation.path,
                value=violation.value,
                message=self.text if violation.detail is None else f"{self.text}: {violation.detail}",
                remedy=violation.remedy or self.remedy,
                source=self.source,
                refines=self.refines,
            )


def check_rules(rules: Sequence[Rule], document: RequestDocument) -> Iterator[Problem]:
    """Check a document against rules.

    Yields:
        Every problem, in the order of the rules.
    """
    for rule in rules:
        yield from rule.problems(document)
