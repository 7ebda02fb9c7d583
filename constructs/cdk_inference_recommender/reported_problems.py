"""Problems of a construct's props, told where all of an app's problems are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Validations
from constructs import IValidation

from cdk_inference_recommender.property_path import property_path
from cdk_inference_recommender.request import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from constructs import Construct

    from cdk_inference_recommender.request import Path

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

    def told(severity: Severity) -> list[tuple[str, str]]:
        return [
            (problem.rule, f"{problem.told(spell)} ({problem.rule}; {problem.source})")
            for problem in problems()
            if problem.severity is severity
        ]

    construct.node.add_validation(_Errors(lambda: [text for _, text in told(Severity.ERROR)]))
    for rule, text in told(Severity.WARNING):
        Validations.of(construct).add_warning(f"{_WARNING_PREFIX}:{rule}", text)


@jsii.implements(IValidation)
class _Errors:
    def __init__(self, errors: Callable[[], list[str]]) -> None:
        self._errors = errors

    def validate(self) -> list[str]:
        return self._errors()
