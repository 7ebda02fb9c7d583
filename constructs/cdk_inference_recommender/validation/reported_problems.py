"""The report of a construct's problems, together with those of the whole app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Validations
from constructs import IValidation

from cdk_inference_recommender.request import Problem, Severity

from .construct_memo import once
from .property_path import property_path
from .shared_causes import ReportedError
from .stage_validation import StageValidation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from constructs import Construct

    from cdk_inference_recommender.request import Path

_WARNING_PREFIX: Final = "cdk-inference-recommender"


def report_problems(
    construct: Construct, problems: Callable[[], Iterable[Problem]], spell: Callable[[Path], str] = property_path
) -> None:
    """Report a construct's errors, which fail the synthesis, and its warnings.

    A warning can be acknowledged as `cdk-inference-recommender:<Rule>`.

    Args:
        construct: The construct that has the problems.
        problems: Finds them; called once in each synthesis, when the tree is complete.
        spell: Returns a path in the user's spelling. Default: as props.
    """
    _Problems.of(construct).add(problems, spell)


def share_causes(construct: Construct, props: Mapping[str, object]) -> None:
    """Report an error once if several constructs share its cause.

    Args:
        construct: The construct that has the props.
        props: As given; the same object as a prop of two constructs is one cause.
    """
    _Problems.of(construct).props = props


class _Problems:
    """The problems of a construct, without duplicates."""

    def __init__(self, construct: Construct) -> None:
        self.construct = construct
        self.props: Mapping[str, object] = {}
        self._finders: list[tuple[Callable[[], Iterable[Problem]], Callable[[Path], str]]] = []
        self._messages: _Messages | None = None
        StageValidation.of(construct).add(self)

    @classmethod
    def of(cls, construct: Construct) -> _Problems:
        return once(construct, "problems", lambda: cls(construct))

    def add(self, find: Callable[[], Iterable[Problem]], spell: Callable[[Path], str]) -> None:
        self._finders.append((find, spell))

    def errors(self) -> list[ReportedError]:
        errors = []
        for find, spell in self._finders:
            for problem in find():
                text = f"{problem.format(spell)} ({problem.rule}; {problem.source})"
                if problem.severity is Severity.WARNING:
                    Validations.of(self.construct).add_warning(f"{_WARNING_PREFIX}:{problem.rule}", text)
                else:
                    place, value = spell(problem.path), repr(problem.value)
                    errors.append(ReportedError(place=place, rule=problem.rule, value=value, text=text))
        return errors

    def report(self, messages: Sequence[str]) -> None:
        if self._messages is None and messages:
            self._messages = _Messages()
            self.construct.node.add_validation(self._messages)
        if self._messages is not None:
            self._messages.of_this_synthesis = list(messages)


@jsii.implements(IValidation)
class _Messages:
    def __init__(self) -> None:
        self.of_this_synthesis: list[str] = []

    def validate(self) -> list[str]:
        return self.of_this_synthesis
