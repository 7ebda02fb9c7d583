"""Problems of a construct's props, told where all of an app's problems are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Validations
from constructs import IValidation

from cdk_inference_recommender.property_path import property_path
from cdk_inference_recommender.request import Problem, Severity
from cdk_inference_recommender.shared_causes import ReportedError, SharedCauses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from constructs import Construct

    from cdk_inference_recommender.request import Path

_ERRORS: Final = "_reported_errors"
_WARNING_PREFIX: Final = "cdk-inference-recommender"


def report_problems(
    construct: Construct, problems: Callable[[], Iterable[Problem]], spell: Callable[[Path], str] = property_path
) -> None:
    """Let synthesis fail with a construct's errors, together with those of every other one; warn of the rest at once.

    A warning can be acknowledged as `cdk-inference-recommender:<Rule>`.

    Args:
        construct: Whose props they are of.
        problems: Finds them; asked again when the tree is complete.
        spell: Writes a path as the construct's user does. Default: in props.
    """
    report_errors(construct, problems, spell)
    for problem in problems():
        if problem.severity is Severity.WARNING:
            Validations.of(construct).add_warning(f"{_WARNING_PREFIX}:{problem.rule}", _text(problem, spell))


def report_errors(
    construct: Construct, problems: Callable[[], Iterable[Problem]], spell: Callable[[Path], str] = property_path
) -> None:
    """Let synthesis fail with a construct's errors; for problems that can be found only when the tree is complete.

    Args:
        construct: Whose props they are of.
        problems: Finds them; called when the tree is complete.
        spell: Writes a path as the construct's user does. Default: in props.
    """
    _Errors.of(construct).add(
        lambda: [
            ReportedError(
                place=spell(problem.path), rule=problem.rule, value=repr(problem.value), text=_text(problem, spell)
            )
            for problem in problems()
            if problem.severity is Severity.ERROR
        ]
    )


def share_causes(construct: Construct, props: Mapping[str, object]) -> None:
    """Let an error whose cause several constructs share be reported once.

    Args:
        construct: Whose props they are.
        props: As given: a prop that holds the same object in two constructs is one cause.
    """
    _Errors.of(construct).props = props


def _text(problem: Problem, spell: Callable[[Path], str]) -> str:
    return f"{problem.told(spell)} ({problem.rule}; {problem.source})"


@jsii.implements(IValidation)
class _Errors:
    """All errors of a construct, each once, however often its methods were called with the same mistake."""

    def __init__(self, construct: Construct) -> None:
        self.construct = construct
        self.props: Mapping[str, object] = {}
        self._sources: list[Callable[[], list[ReportedError]]] = []
        self._causes = SharedCauses.of(construct)
        self._causes.add(self)

    @classmethod
    def of(cls, construct: Construct) -> _Errors:
        errors = vars(construct).get(_ERRORS)
        if not isinstance(errors, cls):
            errors = vars(construct)[_ERRORS] = cls(construct)
            construct.node.add_validation(errors)
        return errors

    def add(self, source: Callable[[], list[ReportedError]]) -> None:
        self._sources.append(source)

    def errors(self) -> list[ReportedError]:
        return [error for source in self._sources for error in source()]

    def validate(self) -> list[str]:
        return self._causes.report(self)
