"""The single validation of a stage, in place of one for each construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import jsii
from aws_cdk import Stage
from constructs import IValidation

from .construct_memo import once
from .shared_causes import ErrorSource, SharedCauses
from .stack_environment import stack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from constructs import IConstruct

_Found = TypeVar("_Found")


class ProblemSource(ErrorSource, Protocol):
    """A construct that reports problems."""

    def report(self, messages: Sequence[str]) -> None:
        """Let the construct's own validation return the messages, which replace those of an earlier synthesis."""


@jsii.implements(IValidation)
class StageValidation:
    """The validation of all constructs of a stage.

    The CDK validates a stage before the constructs in it, and each stage by itself. So a construct that has an error
    can still get a validation of its own, which the CDK calls later in the same synthesis and whose messages it shows
    with the construct's path. One without an error costs no call into the CDK's JavaScript.
    """

    def __init__(self) -> None:
        """Create a validation without constructs."""
        self._sources: list[ProblemSource] = []
        self._found: dict[Hashable, object] = {}

    @classmethod
    def of(cls, construct: IConstruct) -> StageValidation:
        """Return the validation of the stage that a construct is in; created at the first call.

        Args:
            construct: Any construct of the stage.
        """
        stack = stack_of(construct)
        return once(stack, "stage_validation", lambda: cls._of_stage(Stage.of(stack) or stack))

    @classmethod
    def _of_stage(cls, stage: IConstruct) -> StageValidation:
        def create() -> StageValidation:
            validation = cls()
            stage.node.add_validation(validation)
            return validation

        return once(stage, "validation", create)

    def add(self, source: ProblemSource) -> None:
        """Add a construct.

        Args:
            source: The construct that reports problems.
        """
        self._sources.append(source)

    def once(self, name: Hashable, find: Callable[[], _Found]) -> _Found:
        """Return a value that is computed once in each synthesis.

        Args:
            name: Name of the value, unique in this package.
            find: Finds it.
        """
        if name not in self._found:
            self._found[name] = find()
        found: _Found = self._found[name]  # type: ignore[assignment] # what was found under this name
        return found

    def validate(self) -> list[str]:
        """Report the errors of each construct; the stage has none itself."""
        self._found.clear()
        causes = SharedCauses([(source, source.errors()) for source in self._sources])
        for source in self._sources:
            source.report(causes.messages_of(source))
        return []
