"""The best serverless endpoint, as a recommendation job found it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_sagemaker as sagemaker

from inference_recommendations_handler.protocol.contract import EndpointType, RecommendationAttribute

from .recommendation import COMMON_ATTRIBUTES, Recommendation

if TYPE_CHECKING:
    import jsii


class ServerlessRecommendation(Recommendation):
    """The best serverless endpoint; created by `recommend_serverless` or `from_parameters`."""

    _endpoint_type = EndpointType.SERVERLESS
    _attributes = (
        *COMMON_ATTRIBUTES,
        RecommendationAttribute.MEMORY_SIZE_IN_MB,
        RecommendationAttribute.MAX_CONCURRENCY,
        RecommendationAttribute.MODEL_SETUP_TIME,
    )

    @property
    def memory_size_in_mb(self) -> jsii.Number:
        """Memory, in MB: a multiple of 1024."""
        return self._number(RecommendationAttribute.MEMORY_SIZE_IN_MB)

    @property
    def max_concurrency(self) -> jsii.Number:
        """Invocations at the same time."""
        return self._number(RecommendationAttribute.MAX_CONCURRENCY)

    @property
    def model_setup_time(self) -> str:
        """How long a cold start takes to set the model up, as the API gives it: `model_setup_time_us`."""
        return self._value_of(RecommendationAttribute.MODEL_SETUP_TIME)

    @property
    def model_setup_time_us(self) -> str:
        """How long a cold start takes to set the model up, in microseconds."""
        return self._value_of(RecommendationAttribute.MODEL_SETUP_TIME)

    def _hosting(self, initial_instance_count: jsii.Number | None = None) -> dict[str, Any]:  # noqa: ARG002 -- it has none
        serverless_config = sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
            memory_size_in_mb=self.memory_size_in_mb, max_concurrency=self.max_concurrency
        )
        return {"serverless_config": serverless_config}
