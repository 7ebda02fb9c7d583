"""What is wrong with a request, in the words of whoever wrote it."""

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
    """What becomes of a request with the problem."""

    ERROR = "ERROR"
    """The service refuses it, or the job can't be what its author meant."""
    WARNING = "WARNING"
    """It may well fail or surprise, but the sources aren't certain or the author may have a reason."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One rule broken at one place of a request.

    Attributes:
        rule: The rule's id, in CamelCase. Stable: users acknowledge warnings by it.
        severity: Whether the request is refused.
        path: Where: the API's member names and list indices.
        value: What stands there; `None` where a member is missing.
        message: The rule, stated as a sentence without its full stop. Fields of the API stand in backquotes, so that
            `told` can spell them otherwise.
        remedy: What to do about it, likewise.
        source: Where the rule comes from.
        refines: Rules that this one says better; see `told_once`.
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
        """The problem on one line, in the API's spelling: where, what, which rule, what to do."""
        return self.told(api_path)

    def told(self, spell: Callable[[Path], str]) -> str:
        """The problem on one line, with its fields spelled as its reader spells them.

        Args:
            spell: Writes a path, for example as `traffic_pattern.phases[1].duration` for someone who writes props.
        """
        found = "" if self.value is None else f" = {_shown(self.value)}"
        texts = (_sentence(spell_fields(text, spell)) for text in (self.message, self.remedy))
        return f"{spell(self.path) or 'request'}{found}: {' '.join(texts)}"


def told_once(problems: Iterable[Problem]) -> list[Problem]:
    """Leave out what another problem of the same place says better."""
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
