"""Properties of `Custom::InferenceRecommendationsJobWait`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference_recommendations_handler.protocol.contract import (
    MIN_POLL_INTERVAL_SECONDS,
    WAIT_STAGE_SECONDS,
    WaitProperty,
)
from inference_recommendations_handler.protocol.property_values import flag, seconds
from inference_recommendations_handler.protocol.typed_request import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class WaitStage:
    """Properties of a wait stage."""

    job_name: str
    last: bool
    """Whether no other stage follows."""
    hand_over_after: float
    """Length of the stage in seconds."""
    poll_interval: float
    """Seconds."""
    accept_stopped: bool
    timeout: float | None
    """Timeout of the job in seconds, or None if the template doesn't contain it."""
    existing_job: bool
    """Whether the stack only references the job."""

    @classmethod
    def parse(cls, properties: Mapping[str, Any]) -> WaitStage:
        """Read the properties as received from CloudFormation.

        Raises:
            RequestError: A property is missing or isn't a number.
        """
        name = properties.get(WaitProperty.JOB_NAME)
        if not isinstance(name, str) or not name:
            raise RequestError(
                f"The property {WaitProperty.JOB_NAME} is missing: synthesize with cdk-inference-recommender."
            )
        number, count = (seconds(properties, key, default=1) for key in (WaitProperty.STAGE, WaitProperty.STAGES))
        length = seconds(properties, WaitProperty.HAND_OVER_AFTER, default=WAIT_STAGE_SECONDS)
        return cls(
            job_name=name,
            last=number >= count,
            hand_over_after=min(length, WAIT_STAGE_SECONDS),
            poll_interval=max(seconds(properties, WaitProperty.POLL_INTERVAL, default=30), MIN_POLL_INTERVAL_SECONDS),
            accept_stopped=flag(properties, WaitProperty.ACCEPT_STOPPED),
            timeout=seconds(properties, WaitProperty.TIMEOUT, default=0) or None,
            existing_job=flag(properties, WaitProperty.EXISTING_JOB),
        )
