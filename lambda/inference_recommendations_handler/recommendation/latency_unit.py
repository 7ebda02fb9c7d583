"""The unit of `ModelLatency`, which the service's answers don't state. Pure.

The developer guide says milliseconds ("Recommendation results"); the guide of the service's preview showed answers in
microseconds. Little's law separates the two, because a wrong unit is wrong by a factor of 1,000: concurrent users =
invocations a minute / 60 x latency in seconds.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CONCURRENT_USERS: Final = 1000
"""More than a job's traffic reaches: 3 users at first, 3 more a minute, for at most 5 hours are 903 users (API
reference, `Phase`, `JobDurationInSeconds`)."""
_MILLISECONDS_PER_MINUTE: Final = 60_000
_MICROSECONDS_PER_MILLISECOND: Final = 1000


class LatencyUnit(StrEnum):
    """Unit in which the service gives `ModelLatency`."""

    MILLISECONDS = "Milliseconds"
    MICROSECONDS = "Microseconds"

    @classmethod
    def of(cls, measurements: Iterable[tuple[float | None, float | None]]) -> LatencyUnit:
        """Return the unit in which all latencies of one job are to be read.

        A job has one unit: where one measurement can't be in milliseconds, none of the job's is. A measurement that
        lacks a figure, or has one that is infinite or isn't above 0, doesn't count.

        Args:
            measurements: `MaxInvocations`, in requests a minute, and `ModelLatency` of each of the job's results and
                of the existing endpoint that it compares with.

        Returns:
            Milliseconds, unless a measurement would then take more than `MAX_CONCURRENT_USERS`.
        """
        # Multiplied, so that the bound itself is exact.
        limit = MAX_CONCURRENT_USERS * _MILLISECONDS_PER_MINUTE
        beyond = any(
            invocations * latency > limit
            for invocations, latency in measurements
            if invocations is not None and latency is not None and 0 < invocations < math.inf and 0 < latency < math.inf
        )
        return cls.MICROSECONDS if beyond else cls.MILLISECONDS

    @classmethod
    def beside(cls, latency: float, measured_ms: float) -> LatencyUnit:
        """Return the unit in which a latency is nearer to one that is known.

        Args:
            latency: Above 0, in the unit to find.
            measured_ms: A latency of the same endpoint in milliseconds, above 0.
        """
        # By ratio: nearer to 1,000 than to 1.
        is_nearer = (latency / measured_ms) ** 2 > _MICROSECONDS_PER_MILLISECOND
        return cls.MICROSECONDS if is_nearer else cls.MILLISECONDS

    def milliseconds(self, latency: float | None) -> float | None:
        """Return a latency of this unit in milliseconds; None for None."""
        if latency is None or self is LatencyUnit.MILLISECONDS:
            return latency
        return latency / _MICROSECONDS_PER_MILLISECOND

    @property
    def note(self) -> str | None:
        """A sentence for readers of latencies that weren't read as the developer guide has them; None otherwise."""
        if self is LatencyUnit.MILLISECONDS:
            return None
        return (
            "ModelLatency was read as microseconds: as milliseconds it would take more than "
            f"{MAX_CONCURRENT_USERS:,} concurrent users."
        )
