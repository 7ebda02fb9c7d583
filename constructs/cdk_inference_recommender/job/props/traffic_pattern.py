"""The traffic of a load test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.factory_made import FactoryMade
from cdk_inference_recommender.validation.prop_types import PropType, expect_type
from cdk_inference_recommender.validation.tokens import seconds_of
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    import jsii
    from aws_cdk import Duration


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A time with a steady growth of users (API reference, `Phase`).

    Attributes:
        initial_number_of_users: Concurrent users to start with, 1 to 3.
        spawn_rate: New users a minute, 0 to 3.
        duration: 120 to 3600 seconds; all phases together at most `job_duration`.
    """

    initial_number_of_users: jsii.Number
    spawn_rate: jsii.Number
    duration: Duration = field(metadata=member("DurationInSeconds", render=seconds_of))


@dataclass(frozen=True, kw_only=True)
class Stairs:
    """Steps with a constant number of users each (API reference, `Stairs`).

    Attributes:
        duration: 120 to 3600 seconds for all steps together (the developer guide's worked example; the API reference
            speaks of each step).
        number_of_steps: How many steps.
        users_per_step: New users a step, 1 to 3.
    """

    duration: Duration = field(metadata=member("DurationInSeconds", render=seconds_of))
    number_of_steps: jsii.Number
    users_per_step: jsii.Number


_PHASES: Final = PropType(
    of=Phase, example="TrafficPattern.phases(Phase(...), Phase(...))", is_list=True, is_required=True
)


@dataclass(frozen=True, init=False)
class TrafficPattern(FactoryMade):
    """Phases or stairs, never both; build one with `phases` or `stairs` (API reference, `TrafficPattern`).

    Attributes:
        traffic_type: `PHASES` or `STAIRS`.
        phase_list: The phases in order. Default: none.
        stair_steps: The stairs. Default: none.
    """

    _factories: ClassVar[str] = "TrafficPattern.phases(...) or TrafficPattern.stairs(...)"

    traffic_type: str
    phase_list: tuple[Phase, ...] = field(default=(), metadata=member("Phases", kind=_PHASES, spelled="phases"))
    stair_steps: Stairs | None = field(
        default=None, metadata=member("Stairs", kind=PropType(of=Stairs, example="Stairs(...)"), spelled="stairs")
    )

    @classmethod
    def phases(cls, *phases: Phase) -> TrafficPattern:
        """Phases that follow each other.

        Args:
            *phases: In order; each starts with about as many users as the one before ended with.

        Raises:
            ValidationError: There is no phase, or what is given isn't phases.
        """
        expect_type(_PHASES, "traffic_pattern.phases", phases)
        if not phases:
            raise ValidationError(
                "traffic_pattern.phases: there is no phase. Give at least one, for example "
                "TrafficPattern.phases(Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2)))."
            )
        return cls._make(traffic_type="PHASES", phase_list=phases)

    @classmethod
    def stairs(
        cls,
        *,
        duration: Duration,
        number_of_steps: jsii.Number,
        users_per_step: jsii.Number,
    ) -> TrafficPattern:
        """Steps of equal length.

        Args:
            duration: 120 to 3600 seconds for all steps together.
            number_of_steps: How many steps.
            users_per_step: New users a step, 1 to 3.
        """
        stairs = Stairs(duration=duration, number_of_steps=number_of_steps, users_per_step=users_per_step)
        return cls._make(traffic_type="STAIRS", stair_steps=stairs)
