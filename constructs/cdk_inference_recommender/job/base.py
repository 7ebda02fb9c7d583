"""The base of jobs that a stack declares and of existing ones."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.recommendation.constraints import Constraints
from cdk_inference_recommender.recommendation.objective import Objective
from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.validation.stack_resource import StackResource
from cdk_inference_recommender.validation.validation_error import ValidationError

from .grants import InferenceRecommendationsJobGrants
from .metrics import MetricOptions, job_metric, job_widgets
from .outputs import add_outputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Unpack

    from aws_cdk import CfnOutput
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_iam as iam

    from cdk_inference_recommender.recommendation.recommendation import Recommendation


_UNCONSTRAINED: Final = Constraints()


class InferenceRecommendationsJobBase(StackResource):
    """Base of owned and imported jobs; `IInferenceRecommendationsJob` is its public face."""

    _why_not_retained: ClassVar[str] = (
        "SageMaker never deletes a recommendation job, so that its results stay without a policy; one that still runs "
        "when it leaves the stack is stopped, since it costs. Remove the call."
    )
    _lower_case_arns: Sequence[str]
    """The job's ARN, or a pattern of it, with the name in lower case, where that is another spelling."""

    @property
    @abstractmethod
    def job_name(self) -> str:
        """Name of the job, known when it has been requested."""

    @property
    @abstractmethod
    def job_arn(self) -> str:
        """ARN of the job."""

    @property
    def role(self) -> iam.IRole | None:
        """The execution role; None for an imported job."""
        return None

    def _metric_place(self) -> MetricOptions:
        """Return Region and account of the job's metrics, where they aren't the stack's."""
        return {}

    @property
    def grants(self) -> InferenceRecommendationsJobGrants:
        """What others may be allowed to do with the job, for example `job.grants.read(role)`."""
        return InferenceRecommendationsJobGrants((self.job_arn, *self._lower_case_arns))

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the policy of the execution role.

        Args:
            statement: What the job may do besides.

        Raises:
            ValidationError: The job is imported, so that its role isn't known.
        """
        if self.role is None:
            raise ValidationError(f"{self.node.path}: an imported job has no role here. Add the statement to its own.")
        self.role.add_to_principal_policy(statement)

    def recommend_real_time(
        self,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        optimize_for: Objective = Objective.COST_PER_INFERENCE,
        constraints: Constraints = _UNCONSTRAINED,
    ) -> RealTimeRecommendation:
        """Choose the best endpoint on instances among the finished job's results.

        Changing the objective or a constraint chooses again and runs no job. The deployment fails, with what was
        measured, where no result is for instances or none meets the constraints. Equal ones are ordered by cost an
        hour, then latency, instance type, number of instances and id: the service's own order never decides. A result
        without the objective's metric never wins.

        Args:
            id: Id of the recommendation, unique in this job.
            optimize_for: By which measure. Default: the lowest cost of an inference.
            constraints: What a result must meet. Default: nothing.

        Raises:
            ValidationError: An argument is of another type.
        """
        return RealTimeRecommendation(self, id, job=self, optimize_for=optimize_for, constraints=constraints)

    def recommend_serverless(
        self,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        optimize_for: Objective = Objective.COST_PER_INFERENCE,
        constraints: Constraints = _UNCONSTRAINED,
    ) -> ServerlessRecommendation:
        """Choose the best serverless endpoint among the finished job's results.

        Changing the objective or a constraint chooses again and runs no job. The deployment fails, with what was
        measured, where no result is serverless or none meets the constraints. Equal ones are ordered by cost an hour,
        then latency, memory, concurrency and id: the service's own order never decides. A result without the
        objective's metric never wins.

        Args:
            id: Id of the recommendation, unique in this job.
            optimize_for: By which measure. Default: the lowest cost of an inference.
            constraints: What a result must meet. Default: nothing.

        Raises:
            ValidationError: An argument is of another type.
        """
        return ServerlessRecommendation(self, id, job=self, optimize_for=optimize_for, constraints=constraints)

    def metric(
        self, metric_name: str, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return a metric of the running job (developer guide, monitor with CloudWatch).

        Without `endpoint_name` it is a search, which graphs can show and no alarm can watch.

        Args:
            metric_name: For example `ClientLatency`.
            endpoint_name: One of the endpoints under test, for a metric that an alarm can watch. Default: a search
                over all of them, for graphs.
            **options: As for `cloudwatch.Metric`. The statistic is `Average` unless given, and the period a minute: 1,
                5, 10, 20 or 30 s, or whole minutes, no token. A search has no `dimensions_map`, `id`, `unit`,
                `visible`, `stack_account` and `stack_region`.

        Raises:
            ValidationError: An argument is of another type, a search doesn't have it, or CloudWatch has no such
                period. A statistic that it doesn't have is reported by `app.synth()`.
        """
        return job_metric(self, metric_name, endpoint_name, {"statistic": "Average", **self._metric_place(), **options})

    def metric_client_latency(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return the time from a request to its response, in milliseconds; arguments as for `metric`."""
        return self.metric("ClientLatency", endpoint_name=endpoint_name, **options)

    def metric_client_invocations(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return how many requests the simulated users sent, as a sum; arguments as for `metric`."""
        given: MetricOptions = {"statistic": "Sum", **options}
        return self.metric("ClientInvocations", endpoint_name=endpoint_name, **given)

    def metric_client_invocation_errors(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return how many of them failed, as a sum; arguments as for `metric`."""
        given: MetricOptions = {"statistic": "Sum", **options}
        return self.metric("ClientInvocationErrors", endpoint_name=endpoint_name, **given)

    def metric_number_of_users(
        self, *, endpoint_name: str | None = None, **options: Unpack[MetricOptions]
    ) -> cloudwatch.IMetric:
        """Return how many users are simulated at a time, at most; arguments as for `metric`."""
        given: MetricOptions = {"statistic": "Maximum", **options}
        return self.metric("NumberOfUsers", endpoint_name=endpoint_name, **given)

    def dashboard_widgets(self) -> list[cloudwatch.IWidget]:
        """Return graphs of latency, requests, failures and users, for `dashboard.add_widgets(*...)`.

        Each shows all endpoints under test. CloudWatch can't alarm on such a metric.
        """
        return job_widgets(self)

    def add_outputs(self, *recommendations: Recommendation, prefix: str = "") -> Mapping[str, CfnOutput]:
        """Create outputs of the job's stack for the job and what was chosen.

        The names stay the same as long as the ids of the recommendations do: `JobName` and `JobArn`, and for a
        recommendation with the id `Best` `BestInstanceType`, `BestInitialInstanceCount` (serverless:
        `BestMemorySizeInMB`, `BestMaxConcurrency`), `BestRecommendationId`, `BestCostPerInference`,
        `BestModelLatencyMs` and `BestMaxInvocations`. The environment (`environment_json`) isn't among them, because
        `cdk deploy` prints outputs: create an output of your own where its values may be seen.

        Args:
            *recommendations: Of this job.
            prefix: Comes before each name; letters and digits. Default: none, which one job of a stack can have.

        Returns:
            The outputs by name, for example for `env_from_cfn_outputs` of a pipeline's step.

        Raises:
            ValidationError: A name is taken or impossible, or a recommendation is another job's.
        """
        return add_outputs(self, recommendations, prefix)
