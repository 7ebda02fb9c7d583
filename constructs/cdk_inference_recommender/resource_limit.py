"""How many load tests a job runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jsii


@dataclass(frozen=True, kw_only=True)
class ResourceLimit:
    """A ceiling on what an Advanced job costs (API reference, `RecommendationJobResourceLimit`).

    Attributes:
        max_number_of_tests: Load tests in all, 1 to 10.
        max_parallel_of_tests: Load tests at the same time, 1 to 10.
    """

    max_number_of_tests: jsii.Number | None = None
    max_parallel_of_tests: jsii.Number | None = None
