"""Inference Recommender's recommendation for autoscaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Duration, Token
from constructs import Construct

from cdk_inference_recommender.cross_stack.references import report_cross_stack_references
from cdk_inference_recommender.provider.inference_recommender_provider import custom_resources_of
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.finite_numbers import refuse_non_finite
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.validation_error import prefix_errors_with_path
from inference_recommendations_handler.protocol.contract import (
    ResourceType,
    ScalingRecommendationAttribute,
    ScalingRecommendationProperty,
)

if TYPE_CHECKING:
    import jsii

_REMEDY: Final = (
    "Make the endpoint in this stack. Or publish the recommendation here with publish(parameter_prefix), read it there "
    "with RealTimeRecommendation.from_parameters(...), and call recommend_scaling(id) on what that returns"
)


class ScalingRecommendation(Construct):
    """Bounds and policies for autoscaling; created by `RealTimeRecommendation.recommend_scaling`.

    The service derives them from the finished job: no load is run (API reference,
    `GetScalingConfigurationRecommendation`). The bounds and policies are always there, or the deployment fails with a
    reason. The metric and the figures are for display: text, and `unavailable` where the service gave
    none.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        job_name: str,
        recommendation_id: str,
        target_cpu_utilization_per_core: jsii.Number | None,
        min_invocations: jsii.Number | None,
        max_invocations: jsii.Number | None,
    ) -> None:
        """Use `RealTimeRecommendation.recommend_scaling`.

        Args:
            scope: The recommendation that is scaled.
            id: Its id.
            job_name: The job that it is of.
            recommendation_id: Id of the chosen result; may be a token.
            target_cpu_utilization_per_core: Percent, 1 to 100. None for the service's, 50.
            min_invocations: Requests a minute to expect at least. None for no such objective.
            max_invocations: Requests a minute to expect at most. None for no such objective.

        Raises:
            ValidationError: A number is NaN or infinite.
        """
        super().__init__(scope, id)
        numbers: dict[str, object] = {
            "TargetCpuUtilizationPerCore": target_cpu_utilization_per_core,
            "MinInvocations": min_invocations,
            "MaxInvocations": max_invocations,
        }
        with prefix_errors_with_path(self):
            refuse_non_finite(numbers)
        properties: dict[ScalingRecommendationProperty, object] = {
            ScalingRecommendationProperty.JOB_NAME: job_name,
            ScalingRecommendationProperty.RECOMMENDATION_ID: recommendation_id,
            ScalingRecommendationProperty.TARGET_CPU_UTILIZATION_PER_CORE: target_cpu_utilization_per_core,
            ScalingRecommendationProperty.MIN_INVOCATIONS_PER_MINUTE: min_invocations,
            ScalingRecommendationProperty.MAX_INVOCATIONS_PER_MINUTE: max_invocations,
        }
        self._resource: Final = custom_resources_of(self).add(
            self, "Resource", ResourceType.SCALING_RECOMMENDATION, properties
        )
        report_problems(self, lambda: checks.check_scaling(numbers))
        report_cross_stack_references(self, self._resource, "RecommendationId", _REMEDY)

    @property
    def min_capacity(self) -> jsii.Number:
        """The least number of instances."""
        return self._number(ScalingRecommendationAttribute.MIN_CAPACITY)

    @property
    def max_capacity(self) -> jsii.Number:
        """The greatest number of instances."""
        return self._number(ScalingRecommendationAttribute.MAX_CAPACITY)

    @property
    def scale_in_cooldown(self) -> Duration:
        """Time between two reductions; 300 seconds, Application Auto Scaling's default, if the service gives none."""
        return Duration.seconds(self._number(ScalingRecommendationAttribute.SCALE_IN_COOLDOWN))

    @property
    def scale_out_cooldown(self) -> Duration:
        """Time between two increases; 300 seconds, Application Auto Scaling's default, if the service gives none."""
        return Duration.seconds(self._number(ScalingRecommendationAttribute.SCALE_OUT_COOLDOWN))

    @property
    def target_value(self) -> jsii.Number:
        """What the first policy keeps its metric at, in the metric's unit: percent, or requests a minute."""
        return self._number(ScalingRecommendationAttribute.TARGET_VALUE)

    @property
    def predefined_metric_type(self) -> str:
        """The first policy's metric, for example `SageMakerVariantInvocationsPerInstance`."""
        return self._value_of(ScalingRecommendationAttribute.PREDEFINED_METRIC_TYPE)

    @property
    def metric_name(self) -> str:
        """The first policy's metric, where it isn't a predefined one."""
        return self._value_of(ScalingRecommendationAttribute.METRIC_NAME)

    @property
    def metric_namespace(self) -> str:
        """Namespace of `metric_name`."""
        return self._value_of(ScalingRecommendationAttribute.METRIC_NAMESPACE)

    @property
    def metric_statistic(self) -> str:
        """Statistic of `metric_name`, for example `Average`."""
        return self._value_of(ScalingRecommendationAttribute.METRIC_STATISTIC)

    @property
    def scaling_policies_json(self) -> str:
        """All policies, as a JSON array of the API's `ScalingPolicy`."""
        return self._value_of(ScalingRecommendationAttribute.SCALING_POLICIES_JSON)

    @property
    def invocations_per_instance(self) -> str:
        """Invocations a minute for each instance at which the service expects the target (`ScalingPolicyMetric`)."""
        return self._value_of(ScalingRecommendationAttribute.INVOCATIONS_PER_INSTANCE)

    @property
    def model_latency(self) -> str:
        """Latency at that load, as the API gives it; use `model_latency_ms` for a figure with a known unit."""
        return self._value_of(ScalingRecommendationAttribute.MODEL_LATENCY)

    @property
    def model_latency_ms(self) -> str:
        """Latency at that load, in milliseconds.

        The API states no unit. Its figure is read in the unit in which it is nearer to what the job has measured of the
        recommendation.
        """
        return self._value_of(ScalingRecommendationAttribute.MODEL_LATENCY_MS)

    def _value_of(self, attribute: ScalingRecommendationAttribute) -> str:
        """Return an attribute by its name.

        Args:
            attribute: Name of the attribute.
        """
        return Token.as_string(self._resource.get_att(attribute))

    def _number(self, attribute: ScalingRecommendationAttribute) -> jsii.Number:
        return Token.as_number(self._value_of(attribute))
