"""Problems of a request, in its author's spelling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from .api_path import api_path, spell_fields
from .unresolved import UNRESOLVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .api_path import Path

_LONGEST_VALUE_SHOWN: Final = 80


class Severity(StrEnum):
    """The effect of a problem."""

    ERROR = "ERROR"
    """The service rejects the request, or the job can't be the intended one."""
    WARNING = "WARNING"
    """The request may fail or surprise, but the sources are uncertain, or there may be a reason for it."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A violation of one rule at one path of a request.

    Attributes:
        rule: The rule's id, in CamelCase. Stable: users acknowledge warnings by it.
        severity: Whether the request is rejected.
        path: The API's member names and list indices.
        value: The value at the path; `None` for a missing member.
        message: The rule, stated as a sentence without its full stop. Fields of the API stand in backquotes, so that
            `format` can spell them otherwise.
        remedy: What to do about it, likewise.
        source: Where the rule comes from.
        refines: Rules that this one replaces; see `deduplicate`.
    """

    rule: str
    severity: Severity
    path: Path
    value: object
    message: str
    remedy: str
    source: str
    refines: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return the problem on one line in the API's spelling: path, value, rule, remedy."""
        return self.format(api_path)

    def format(self, spell: Callable[[Path], str]) -> str:
        """Return the problem on one line, with its fields in the reader's spelling.

        Args:
            spell: Writes a path, for example as `traffic_pattern.phases[1].duration` for someone who writes props.
        """
        found = "" if self.value is None else f" = {_shown(self.value)}"
        texts = (_sentence(spell_fields(text, spell)) for text in (self.message, self.remedy))
        return f"{spell(self.path) or 'request'}{found}: {' '.join(texts)}"


def deduplicate(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without those that another problem at the same path refines."""
    listed = list(problems)
    refined = {(problem.path, rule) for problem in listed for rule in problem.refines}
    return [problem for problem in listed if (problem.path, problem.rule) not in refined]


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def _shown(value: object) -> str:
    if value is UNRESOLVED:
        return "(known at deploy time)"
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE_SHOWN else f"{text[:_LONGEST_VALUE_SHOWN]}..."
