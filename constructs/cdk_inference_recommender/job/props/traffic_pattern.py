"""The traffic of a load test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.prop_types import PropType, expect_type
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
    duration: Duration


@dataclass(frozen=True, kw_only=True)
class Stairs:
    """Steps with a constant number of users each (API reference, `Stairs`).

    Attributes:
        duration: 120 to 3600 seconds for all steps together (the developer guide's worked example; the API reference
            speaks of each step).
        number_of_steps: How many steps.
        users_per_step: New users a step, 1 to 3.
    """

    duration: Duration
    number_of_steps: jsii.Number
    users_per_step: jsii.Number


_PHASES: Final = PropType(
    of=Phase, example="TrafficPattern.phases(Phase(...), Phase(...))", is_list=True, is_required=True
)


@dataclass(frozen=True, kw_only=True)
class TrafficPattern:
    """Phases or stairs, never both; build one with `phases` or `stairs` (API reference, `TrafficPattern`).

    Attributes:
        phase_list: The phases in order. Default: none.
        stair_steps: The stairs. Default: none.
    """

    phase_list: tuple[Phase, ...] = ()
    stair_steps: Stairs | None = None

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
        return cls(phase_list=phases)

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
        return cls(
            stair_steps=Stairs(duration=duration, number_of_steps=number_of_steps, users_per_step=users_per_step)
        )
