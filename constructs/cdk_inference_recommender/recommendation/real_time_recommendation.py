"""The best endpoint on instances, as a recommendation job found it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.cross_stack.recommendation_parameters import JOB_NAME
from cdk_inference_recommender.validation.validation_error import ValidationError
from inference_recommendations_handler.protocol.contract import EndpointType, RecommendationAttribute

from .recommendation import COMMON_ATTRIBUTES, Recommendation
from .scaling_recommendation import ScalingRecommendation

if TYPE_CHECKING:
    import jsii


class RealTimeRecommendation(Recommendation):
    """The best endpoint on instances; created by `recommend_real_time` or `from_parameters`."""

    _endpoint_type = EndpointType.REAL_TIME
    _attributes = (
        *COMMON_ATTRIBUTES,
        RecommendationAttribute.INSTANCE_TYPE,
        RecommendationAttribute.INITIAL_INSTANCE_COUNT,
    )

    @property
    def instance_type(self) -> str:
        """The instance type, for example `ml.c5.xlarge`."""
        return self._value_of(RecommendationAttribute.INSTANCE_TYPE)

    @property
    def initial_instance_count(self) -> jsii.Number:
        """How many instances; for a load test, as many as `stopping_conditions.max_invocations` needs."""
        return self._number(RecommendationAttribute.INITIAL_INSTANCE_COUNT)

    def recommend_scaling(
        self,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        target_cpu_utilization_per_core: jsii.Number | None = None,
        min_invocations: jsii.Number | None = None,
        max_invocations: jsii.Number | None = None,
    ) -> ScalingRecommendation:
        """Request the service's recommendation for scaling an endpoint on these instances.

        It is requested again, without a new job, if the choice or an argument changes. The deployment fails if the job
        isn't completed, also if it was stopped and that is accepted. A recommendation that was read with
        `from_parameters` is of a job of the same account and Region, whose name `publish` has written.

        Args:
            id: Id of the scaling recommendation, unique in this recommendation.
            target_cpu_utilization_per_core: Percent that an instance should be used at most before another one is
                started, 1 to 100. Default: the service's, 50.
            min_invocations: Requests a minute to expect at least (`ScalingPolicyObjective`), a whole number of 1 or
                more. Default: no such objective.
            max_invocations: Requests a minute to expect at most, likewise. Default: no such objective.

        Raises:
            ValidationError: The id is taken.
        """
        if self.node.try_find_child(id) is not None:
            raise ValidationError(
                f"{self.node.path}: there is a {id!r} already. Use what the first call of "
                'recommend_scaling(...) returned, or give this one another id: recommend_scaling("ForPeaks", ...).'
            )
        return ScalingRecommendation(
            self,
            id,
            job_name=self._job_name(),
            recommendation_id=self.recommendation_id,
            target_cpu_utilization_per_core=target_cpu_utilization_per_core,
            min_invocations=min_invocations,
            max_invocations=max_invocations,
        )

    def _job_name(self) -> str:
        return self._measured_job_name

    def _of_job(self) -> dict[str, str]:
        return {JOB_NAME: self._job_name()}

    def _hosting(self, initial_instance_count: jsii.Number | None = None) -> dict[str, Any]:
        # The recommended number isn't read where it isn't used: the CDK's validation warns of such a parameter.
        count = self.initial_instance_count if initial_instance_count is None else initial_instance_count
        return {"instance_type": self.instance_type, "initial_instance_count": count}
