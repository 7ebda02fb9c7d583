"""The best serverless endpoint, as a recommendation job found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_sagemaker as sagemaker

from inference_recommendations_handler.protocol.contract import EndpointType, RecommendationAttribute

from .recommendation import COMMON_ATTRIBUTES, Recommendation

if TYPE_CHECKING:
    import jsii


class ServerlessRecommendation(Recommendation):
    """The best serverless endpoint; made by `recommend_serverless` or `from_parameters`."""

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
        return self.value_of(RecommendationAttribute.MODEL_SETUP_TIME)

    @property
    def model_setup_time_us(self) -> str:
        """How long a cold start takes to set the model up, in microseconds."""
        return self.value_of(RecommendationAttribute.MODEL_SETUP_TIME)

    def production_variant(
        self, *, model_name: str, variant_name: str = "AllTraffic", initial_variant_weight: jsii.Number = 1
    ) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        """A variant for `CfnEndpointConfig` with the recommended memory and concurrency.

        Args:
            model_name: The model; it needs the recommended environment (`environment_json`) to perform as measured.
            variant_name: Its name. Default: `AllTraffic`.
            initial_variant_weight: Its share of the traffic, by comparison with other variants. Default: 1.
        """
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            model_name=model_name,
            variant_name=variant_name,
            initial_variant_weight=initial_variant_weight,
            serverless_config=sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
                memory_size_in_mb=self.memory_size_in_mb, max_concurrency=self.max_concurrency
            ),
        )
