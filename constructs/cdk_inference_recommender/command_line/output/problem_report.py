"""The problems of a request, for a person and for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.request import Problem, Severity, api_path
from cdk_inference_recommender.request.api_path import spell_fields

from .escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Sequence


def problem_lines(problems: Sequence[Problem], name: str) -> str:
    """Return a line for each problem, errors first, and their number last.

    Args:
        problems: In the document's order.
        name: What the document is called.
    """
    # The last lines are what is read first: the sum, and next to it nothing that could have waited.
    ordered = _errors_first(problems)
    lines = [f"{problem.severity.lower()}: {problem} ({problem.rule}; {problem.source})" for problem in ordered]
    return "\n".join(map(escape_text, [*lines, _sum(problems, name)]))


def problem_document(problems: Sequence[Problem], name: str) -> dict[str, Any]:
    """Return the same as a document of JSON's types."""
    return {
        "Version": 1,
        "File": name,
        "Problems": [
            {
                "Rule": problem.rule,
                "Severity": problem.severity.value,
                "Path": api_path(problem.path),
                "Value": problem.value,
                "Message": spell_fields(problem.message, api_path),
                "Remedy": spell_fields(problem.remedy, api_path),
                "Source": problem.source,
            }
            for problem in _errors_first(problems)
        ],
    }


def has_errors(problems: Sequence[Problem]) -> bool:
    """Return whether one of the problems is more than a warning."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def _errors_first(problems: Sequence[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.severity is Severity.WARNING)


def _sum(problems: Sequence[Problem], name: str) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun in ((errors, "problem"), (len(problems) - errors, "warning"))
        if number
    ]
    return f"{', '.join(counts) or 'No problem'} in {name}"
