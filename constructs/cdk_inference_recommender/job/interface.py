"""What owned and imported jobs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aws_cdk import IResource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from aws_cdk import CfnOutput
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_iam as iam

    from cdk_inference_recommender.recommendation.constraints import Constraints
    from cdk_inference_recommender.recommendation.objective import Objective
    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
    from cdk_inference_recommender.recommendation.recommendation import Recommendation
    from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation

    from .grants import InferenceRecommendationsJobGrants
    from .metrics import MetricOptions


class IInferenceRecommendationsJob(IResource, Protocol):
    """A recommendation job, of this app or imported; `InferenceRecommendationsJob` describes each member."""

    @property
    def job_name(self) -> str:
        """Name of the job, known when it has been requested."""

    @property
    def job_arn(self) -> str:
        """ARN of the job."""

    @property
    def role(self) -> iam.IRole | None:
        """The execution role; None for an imported job."""

    @property
    def grants(self) -> InferenceRecommendationsJobGrants:
        """What others may be allowed to do with the job."""

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the role's policy; arguments as for `InferenceRecommendationsJob`."""

    def recommend_real_time(
        self,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        optimize_for: Objective = ...,
        constraints: Constraints = ...,
    ) -> RealTimeRecommendation:
        """Choose the best endpoint on instances; arguments as for `InferenceRecommendationsJob`."""

    def recommend_serverless(
        self,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        optimize_for: Objective = ...,
        constraints: Constraints = ...,
    ) -> ServerlessRecommendation:
        """Choose the best serverless endpoint; arguments as for `InferenceRecommendationsJob`."""

    def metric(
        self, metric_name: str, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return a metric of the running job; arguments as for `InferenceRecommendationsJob`."""

    def metric_client_latency(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return the time from a request to its response, in milliseconds; arguments as for `metric`."""

    def metric_client_invocations(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return how many requests were sent; arguments as for `metric`."""

    def metric_client_invocation_errors(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return how many requests failed; arguments as for `metric`."""

    def metric_number_of_users(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return how many users are simulated at a time; arguments as for `metric`."""

    def add_outputs(self, *recommendations: Recommendation, prefix: str = "") -> Mapping[str, CfnOutput]:
        """Add the job and what was chosen as outputs of its stack; arguments as for `InferenceRecommendationsJob`."""
