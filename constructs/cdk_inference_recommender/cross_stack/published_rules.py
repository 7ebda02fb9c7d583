"""Rules of a recommendation that is read from Parameter Store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, RequestDocument, Rule, Violation, check_rules
from cdk_inference_recommender.validation.stack_environment import environment_of, is_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs import Construct

HAND_OVER: Final = (
    "Deploy both stacks to one account and Region. Or hand the values over with each deployment: make a CfnOutput of "
    "each here (cdk deploy --outputs-file) and a CfnParameter there (cdk deploy --parameters)"
)
"""How a value that changes reaches another account or Region."""
_PREFIX: Final = "Prefix"
_READING: Final = "Reading"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A recommendation that is read.

    Attributes:
        prefix: What the parameters' names begin with.
        reader: The recommendation.
        kind: What it is read as.
        publishers: The recommendations that are published under the prefix in this stage.
    """

    prefix: str
    reader: Construct
    kind: type
    publishers: Sequence[Construct]

    def within_reach(self) -> list[Construct]:
        """Return the publishers that may be in the reader's account and Region."""
        return [publisher for publisher in self.publishers if not is_elsewhere(publisher, self.reader)]


def check_reading(reading: Reading) -> Iterator[Problem]:
    """Check that a recommendation can be read, and that it is published as the same kind.

    Args:
        reading: What is read; nothing is known of what another app publishes.

    Returns:
        Every problem.
    """
    return check_rules(PUBLISHED_RULES, RequestDocument({_READING: reading}))


def _out_of_reach(document: RequestDocument) -> Iterator[Violation]:
    reading = document.at(_READING)
    if isinstance(reading, Reading) and reading.publishers and not reading.within_reach():
        published = " and ".join(
            f"{publisher.node.path} publishes in {environment_of(publisher)}" for publisher in reading.publishers
        )
        here = f"it is read in {environment_of(reading.reader)}"
        yield Violation(path=(_PREFIX,), value=reading.prefix, detail=f"{published}, and {here}")


def _another_kind(document: RequestDocument) -> Iterator[Violation]:
    reading = document.at(_READING)
    if not isinstance(reading, Reading):
        return
    within_reach = reading.within_reach()
    if within_reach and not any(isinstance(publisher, reading.kind) for publisher in within_reach):
        published = type(within_reach[0]).__name__
        yield Violation(
            path=(_PREFIX,),
            value=reading.prefix,
            detail=(
                f"{within_reach[0].node.path} publishes a {published}, and it is read as a {reading.kind.__name__}"
            ),
            remedy=f"Read it with {published}.from_parameters(...)",
        )


PUBLISHED_RULES: Final = (
    Rule(
        id="PublishedElsewhere",
        fields=(_PREFIX,),
        text="CloudFormation reads parameters of the stack's own account and Region only",
        remedy=HAND_OVER,
        source="CloudFormation user guide, AWS::SSM::Parameter::Value",
        violations=_out_of_reach,
    ),
    Rule(
        id="PublishedKind",
        fields=(_PREFIX,),
        text="real-time and serverless recommendations have parameters of different names",
        remedy="Read a recommendation with from_parameters(...) of its own class",
        source="this library",
        violations=_another_kind,
    ),
)
