"""Unit of `ModelLatency`, which the service's responses don't contain. Pure.

The developer guide documents milliseconds ("Recommendation results"); the guide of the service's preview showed
responses in microseconds. Little's law distinguishes them, since a wrong unit is wrong by a factor of 1,000: concurrent
users = invocations per minute / 60 x latency in seconds.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CONCURRENT_USERS: Final = 1000
"""More than the traffic of a job: 3 initial users and 3 more per minute for at most 5 hours are 903 users (API
reference, `Phase`, `JobDurationInSeconds`)."""
_MILLISECONDS_PER_MINUTE: Final = 60_000
_MICROSECONDS_PER_MILLISECOND: Final = 1000


class LatencyUnit(StrEnum):
    """Unit of `ModelLatency` in the service's responses."""

    MILLISECONDS = "Milliseconds"
    MICROSECONDS = "Microseconds"

    @classmethod
    def of(cls, measurements: Iterable[tuple[float | None, float | None]]) -> LatencyUnit:
        """Return the unit of all latencies of one job.

        A job has one unit: if one measurement can't be in milliseconds, none is. Measurements with a missing or
        infinite value, or one that isn't above 0, don't count.

        Args:
            measurements: `MaxInvocations`, in requests per minute, and `ModelLatency` of each result of the job and of
                the existing endpoint that it compares with.

        Returns:
            Milliseconds, unless a measurement would need more than `MAX_CONCURRENT_USERS`.
        """
        # Multiply instead of dividing, so that the bound itself is exact.
        limit = MAX_CONCURRENT_USERS * _MILLISECONDS_PER_MINUTE
        beyond = any(
            invocations * latency > limit
            for invocations, latency in measurements
            if invocations is not None and latency is not None and 0 < invocations < math.inf and 0 < latency < math.inf
        )
        return cls.MICROSECONDS if beyond else cls.MILLISECONDS

    @classmethod
    def beside(cls, latency: float, measured_ms: float) -> LatencyUnit:
        """Return the unit in which a latency is closer to a known one.

        Args:
            latency: Latency in the unit to find, above 0.
            measured_ms: Latency of the same endpoint in milliseconds, above 0.
        """
        # The ratio is closer to 1,000 than to 1.
        is_nearer = (latency / measured_ms) ** 2 > _MICROSECONDS_PER_MILLISECOND
        return cls.MICROSECONDS if is_nearer else cls.MILLISECONDS

    def milliseconds(self, latency: float | None) -> float | None:
        """Convert a latency of this unit to milliseconds; None to None."""
        if latency is None or self is LatencyUnit.MILLISECONDS:
            return latency
        return latency / _MICROSECONDS_PER_MILLISECOND

    @property
    def note(self) -> str | None:
        """Note for users if latencies aren't in the unit of the developer guide, or None."""
        if self is LatencyUnit.MILLISECONDS:
            return None
        return (
            "ModelLatency was interpreted as microseconds: as milliseconds it would need more than "
            f"{MAX_CONCURRENT_USERS:,} concurrent users."
        )
