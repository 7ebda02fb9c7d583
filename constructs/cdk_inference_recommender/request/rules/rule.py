"""A rule of the service that its model doesn't hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk_inference_recommender.request.problem import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cdk_inference_recommender.request.api_path import Path
    from cdk_inference_recommender.request.request_document import RequestDocument


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One place where a rule is broken.

    Attributes:
        path: Where.
        value: What stands there; `None` where a member is missing.
        particulars: What was found, where the value alone doesn't say it; follows the rule's text.
        remedy: What to do, where it is more particular than the rule's own.
    """

    path: Path
    value: object = None
    particulars: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule over one member or several.

    Attributes:
        id: CamelCase, unique and stable.
        severity: What becomes of a request that breaks it.
        fields: The fields that it reads, such as `InputConfig.TrafficPattern.Phases[].SpawnRate`.
        text: The rule, stated as a sentence without its full stop. Fields stand in backquotes, as in `Problem`.
        remedy: What to do, likewise.
        source: The public document that states it, and what contradicts it.
        breaches: Finds where a request breaks it. Never raises, however malformed the request.
        refines: Rules, mostly of the service model, that this one says better: where both are broken at the same place,
            only this one is told.
    """

    id: str
    severity: Severity
    fields: tuple[str, ...]
    text: str
    remedy: str
    source: str
    breaches: Callable[[RequestDocument], Iterable[Breach]]
    refines: frozenset[str] = frozenset()

    def problems(self, request: RequestDocument) -> Iterator[Problem]:
        """Report every breach in the request.

        Yields:
            One problem a breach, in the document's order.
        """
        for breach in self.breaches(request):
            yield Problem(
                rule=self.id,
                severity=self.severity,
                path=breach.path,
                value=breach.value,
                message=self.text if breach.particulars is None else f"{self.text}: {breach.particulars}",
                remedy=breach.remedy or self.remedy,
                source=self.source,
                refines=self.refines,
            )


def check_rules(rules: Sequence[Rule], document: RequestDocument) -> Iterator[Problem]:
    """Hold a document against rules.

    Yields:
        Every problem, in the order of the rules.
    """
    for rule in rules:
        yield from rule.problems(document)
