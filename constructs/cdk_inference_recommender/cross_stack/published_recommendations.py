"""Registry of the recommendations that a stage publishes and reads."""

from __future__ import annotations

from typing import Final

from aws_cdk import Stack, Stage
from constructs import Construct

from cdk_inference_recommender.validation.prop_types import PropType, expect_type
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_environment import deployed_stack, is_elsewhere
from cdk_inference_recommender.validation.tokens import is_looked_up_later, is_unresolved
from cdk_inference_recommender.validation.validation_error import ValidationError
from inference_recommendations_handler.protocol.contract import RecommendationAttribute

from .published_rules import Reading, check_reading

_ID: Final = "PublishedRecommendations"
_MAX_PREFIX_LENGTH: Final = 900
_MAX_LEVELS: Final = 15
_REMEDY_OF_AGNOSTIC: Final = ", or give both stacks an env if they go to different accounts or Regions"
_PREFIX: Final = PropType(of=str, example="'/my-app/recommendation'", is_required=True)


class PublishedRecommendations(Construct):
    """Registry that deploys a stage's readers after its publishers, in whichever order they are declared."""

    @classmethod
    def of(cls, scope: Construct) -> PublishedRecommendations:
        """Return the registry of a construct's stage, which the first call creates.

        Args:
            scope: Any construct.
        """
        stage = Stage.of(scope) or scope.node.root
        existing = stage.node.try_find_child(_ID)
        return existing if isinstance(existing, PublishedRecommendations) else cls(stage, _ID)  # type: ignore[arg-type]

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        self._publishers: dict[str, list[Construct]] = {}
        self._readers: dict[str, list[Construct]] = {}

    def add_publisher(self, prefix: str, publisher: Construct) -> None:
        """Register a publisher of a prefix.

        Raises:
            ValidationError: The prefix isn't one, or is taken where the publisher's stack is deployed.
        """
        check_prefix(prefix)
        if is_looked_up_later(prefix):
            return
        others = self._publishers.setdefault(prefix, [])
        for other in others:
            if not is_elsewhere(publisher, other):
                raise ValidationError(
                    f"publish({prefix!r}): {other.node.path} publishes under this prefix already. Choose another one"
                    f"{_REMEDY_OF_AGNOSTIC if _is_agnostic(publisher) or _is_agnostic(other) else ''}."
                )
        others.append(publisher)
        for reader in self._readers.get(prefix, []):
            _put_behind(reader, publisher, prefix)

    def add_reader(self, prefix: str, reader: Construct, *, kind: type) -> None:
        """Register a reader of a prefix, whose publisher may be declared later or in another app.

        What can't be read, or is read as another kind, is reported by `app.synth()`.

        Raises:
            ValidationError: The prefix isn't one, or the publisher is in the reader's own stack.
        """
        check_prefix(prefix)
        if is_looked_up_later(prefix):
            return
        self._readers.setdefault(prefix, []).append(reader)
        for publisher in self._publishers.get(prefix, []):
            _put_behind(reader, publisher, prefix)
        report_problems(
            reader,
            lambda: check_reading(
                Reading(prefix=prefix, reader=reader, kind=kind, publishers=tuple(self._publishers.get(prefix, ())))
            ),
        )


def check_prefix(prefix: str) -> None:
    """Raise ValidationError for a prefix that Parameter Store rejects (Systems Manager user guide, parameter names).

    A value that the CDK CLI looks up is checked in the next synthesis.

    Raises:
        ValidationError: It isn't a path.
    """
    expect_type(_PREFIX, "parameter_prefix", prefix)
    if is_looked_up_later(prefix):
        return
    if is_unresolved(prefix):
        raise ValidationError(
            "The prefix of a published recommendation is known only at deploy time. Give it as literal text: a reader "
            "finds its publisher by it."
        )
    segments = prefix.split("/")
    is_path = (
        prefix.startswith("/")
        and all(segments[1:])
        and prefix.isascii()
        and all(character.isalnum() or character in "._-/" for character in prefix)
        and segments[1].lower() not in {"aws", "ssm"}
        and len(prefix) <= _MAX_PREFIX_LENGTH
    )
    if not is_path:
        raise ValidationError(
            f"{prefix!r} isn't the prefix of a parameter's name. Write a path such as '/my-app/recommendation': it "
            "begins with '/', doesn't end with it, has letters, digits and '._-' only, and isn't below /aws or /ssm."
        )
    # Each attribute's name is a level below the prefix.
    levels = len(segments[1:]) + 1
    if levels > _MAX_LEVELS:
        raise ValidationError(
            f"{prefix!r} is too deep for the prefix of a parameter's name: names below it, such as "
            f"'{prefix}/{RecommendationAttribute.RECOMMENDATION_ID.value}', have {levels} levels, and Parameter Store "
            f"allows {_MAX_LEVELS} (API reference, PutParameter). Use at most {_MAX_LEVELS - 1} levels."
        )


def _put_behind(reader: Construct, publisher: Construct, prefix: str) -> None:
    reading, publishing = deployed_stack(reader), deployed_stack(publisher)
    if reading is publishing:
        raise ValidationError(
            f"from_parameters({prefix!r}): {publisher.node.path} publishes in this same stack, and CloudFormation "
            "reads parameters before it creates anything. Use that recommendation itself."
        )
    if not is_elsewhere(reader, publisher):
        reading.add_stack_dependency(publishing, f"reads the recommendation published under {prefix}")


def _is_agnostic(scope: Construct) -> bool:
    stack = Stack.of(scope)
    return is_unresolved(stack.account) or is_unresolved(stack.region)
