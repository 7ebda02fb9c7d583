"""How many load tests a job runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    import jsii


@dataclass(frozen=True, init=False)
class ResourceLimit:
    """A ceiling on what an Advanced job costs (API reference, `RecommendationJobResourceLimit`).

    Attributes:
        max_number_of_tests: Load tests in all, 1 to 10. Default: the service's.
        max_parallel_of_tests: Load tests at the same time, 1 to 10. Default: the service's.
    """

    max_number_of_tests: jsii.Number | None
    max_parallel_of_tests: jsii.Number | None

    @overload
    def __init__(
        self, *, max_number_of_tests: jsii.Number, max_parallel_of_tests: jsii.Number | None = None
    ) -> None: ...

    @overload
    def __init__(self, *, max_parallel_of_tests: jsii.Number) -> None: ...

    def __init__(
        self, *, max_number_of_tests: jsii.Number | None = None, max_parallel_of_tests: jsii.Number | None = None
    ) -> None:
        """Limit the tests in all, those at the same time, or both.

        Args:
            max_number_of_tests: Load tests in all, 1 to 10. Default: the service's.
            max_parallel_of_tests: Load tests at the same time, 1 to 10. Default: the service's.

        Raises:
            ValidationError: Neither is given.
        """
        if max_number_of_tests is None and max_parallel_of_tests is None:
            raise ValidationError(
                "resource_limit: there is no limit in it. Give max_number_of_tests, max_parallel_of_tests or both."
            )
        object.__setattr__(self, "max_number_of_tests", max_number_of_tests)
        object.__setattr__(self, "max_parallel_of_tests", max_parallel_of_tests)
