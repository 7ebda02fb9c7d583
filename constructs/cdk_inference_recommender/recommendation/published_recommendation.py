"""A recommendation of another stack, read from Parameter Store."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from constructs import Construct

from cdk_inference_recommender.cross_stack.published_recommendations import PublishedRecommendations
from cdk_inference_recommender.cross_stack.recommendation_parameters import JOB_NAME, parameter_value
from cdk_inference_recommender.validation.stack_resource import expect_stack
from cdk_inference_recommender.validation.validation_error import prefix_errors_with_path
from inference_recommendations_handler.protocol.contract import EndpointType

from .real_time_recommendation import RealTimeRecommendation
from .recommendation import Recommendation
from .serverless_recommendation import ServerlessRecommendation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.protocol.contract import RecommendationAttribute


class _PublishedRecommendation(Recommendation):
    """Takes its attributes from parameters instead of choosing; mixed into a kind of recommendation."""

    _kind: ClassVar[type[Recommendation]]
    """What it is for apps."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        parameter_prefix: str,
    ) -> None:
        """Read a recommendation.

        Args:
            scope: A construct of the reading stack.
            id: Its id.
            parameter_prefix: As given to `publish`.
        """
        expect_stack(scope, id)
        # Not that of the class itself, which chooses among a job's results.
        Construct.__init__(self, scope, id)
        self._parameter_prefix = parameter_prefix
        with prefix_errors_with_path(self):
            PublishedRecommendations.of(scope).add_reader(parameter_prefix, self, kind=self._kind)

    def _value_of(self, attribute: RecommendationAttribute) -> str:
        return parameter_value(self, self._parameter_prefix, attribute)


class _PublishedRealTimeRecommendation(_PublishedRecommendation, RealTimeRecommendation):
    _kind = RealTimeRecommendation

    def _job_name(self) -> str:
        return parameter_value(self, self._parameter_prefix, JOB_NAME)


class _PublishedServerlessRecommendation(_PublishedRecommendation, ServerlessRecommendation):
    _kind = ServerlessRecommendation


PUBLISHED: Final[Mapping[EndpointType, type[_PublishedRecommendation]]] = {
    EndpointType.REAL_TIME: _PublishedRealTimeRecommendation,
    EndpointType.SERVERLESS: _PublishedServerlessRecommendation,
}
"""By the kind of endpoint."""
