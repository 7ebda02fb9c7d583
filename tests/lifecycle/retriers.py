"""Step Functions' retriers of the construct, and their delays.

A unit test compares them with the synthesised definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

REFUSED_BY_LAMBDA = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
)
"""The call failed before the function ran, or possibly before it."""

_HUNG_OR_CRASHED = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 5,
    "MaxAttempts": 2,
    "BackoffRate": 2,
    "JitterStrategy": "FULL",
}


def _refused(attempts: int) -> Mapping[str, Any]:
    return {
        "ErrorEquals": list(REFUSED_BY_LAMBDA),
        "IntervalSeconds": 5,
        "MaxAttempts": attempts,
        "BackoffRate": 1,
    }


POLL: Sequence[Mapping[str, Any]] = [_refused(25), _HUNG_OR_CRASHED]
RESPONSE: Sequence[Mapping[str, Any]] = [_refused(12), _HUNG_OR_CRASHED]


@dataclass
class Retries:
    """Retries of one task. Each retrier counts its own attempts (Amazon States Language, "Retry")."""

    retriers: Sequence[Mapping[str, Any]]
    made: dict[int, int] = field(default_factory=dict)

    def delay(self, error: str, jitter: Random) -> float | None:
        """Return the seconds until the next attempt, or None if there is none."""
        for number, retrier in enumerate(self.retriers):
            if not {error, "States.ALL"} & set(retrier["ErrorEquals"]):
                continue
            count = self.made.get(number, 0)
            if count >= retrier["MaxAttempts"]:
                return None
            self.made[number] = count + 1
            longest = longest_delay(retrier, count)
            return jitter.uniform(0, longest) if retrier.get("JitterStrategy") == "FULL" else longest
        return None


def longest_delay(retrier: Mapping[str, Any], count: int) -> float:
    """Return the maximum delay of an attempt, `count` attempts after the first."""
    delay = float(retrier["IntervalSeconds"] * retrier["BackoffRate"] ** count)
    return min(delay, float(retrier.get("MaxDelaySeconds", delay)))
