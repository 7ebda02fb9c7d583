"""What a recommendation job found to be best, for use in templates: what every kind of endpoint has."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Self

from aws_cdk import Token
from constructs import Construct

from cdk_inference_recommender.cross_stack.published_recommendations import PublishedRecommendations
from cdk_inference_recommender.cross_stack.recommendation_parameters import parameter_value, write_parameters
from cdk_inference_recommender.cross_stack.references import report_cross_stack_references
from cdk_inference_recommender.provider.inference_recommender_provider import InferenceRecommenderProvider
from cdk_inference_recommender.request import UNRESOLVED
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.prop_types import PropType, check_types
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_resource import expect_stack
from cdk_inference_recommender.validation.tokens import literals_only
from cdk_inference_recommender.validation.validation_error import naming
from inference_recommendations_handler.protocol.contract import (
    EndpointType,
    RecommendationAttribute,
    RecommendationProperty,
    ResourceType,
)

from .constraints import Constraints
from .objective import Objective

if TYPE_CHECKING:
    from collections.abc import Callable

    import jsii
    from aws_cdk import CfnResource


COMMON_ATTRIBUTES: Final = (
    RecommendationAttribute.RECOMMENDATION_ID,
    RecommendationAttribute.INFERENCE_SPECIFICATION_NAME,
    RecommendationAttribute.COMPILATION_JOB_NAME,
    RecommendationAttribute.ENVIRONMENT_JSON,
    RecommendationAttribute.COST_PER_HOUR,
    RecommendationAttribute.COST_PER_INFERENCE,
    RecommendationAttribute.MAX_INVOCATIONS,
    RecommendationAttribute.MODEL_LATENCY,
    RecommendationAttribute.MODEL_LATENCY_MS,
    RecommendationAttribute.CPU_UTILIZATION,
    RecommendationAttribute.MEMORY_UTILIZATION,
)
"""What every kind of recommendation has; the kinds add their own."""

_PROP_TYPES: Final = {
    "optimize_for": PropType(of=Objective, example="Objective.MODEL_LATENCY", is_required=True),
    "constraints": PropType(
        of=Constraints,
        example="Constraints(max_cost_per_hour=0.5)",
        is_required=True,
        # A rule judges each family.
        within={
            f"{kind}_instance_families": PropType(of=object, example='["c5", "m5"]', is_list=True, is_required=True)
            for kind in ("allowed", "excluded")
        },
    ),
}


class Recommendation(Construct):
    """What is common to both kinds of recommendation; see `RealTimeRecommendation` and `ServerlessRecommendation`.

    The figures are for display: text, and `unavailable` where the service gave none. They are the service's own
    estimates and measurements, in its units (API reference, `RecommendationMetrics`).
    """

    _endpoint_type: ClassVar[EndpointType]
    _attributes: ClassVar[tuple[RecommendationAttribute, ...]]

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        attribute_of: Callable[[Construct, RecommendationAttribute], str],
        job_name: str | None = None,
        input_config: object = UNRESOLVED,
    ) -> None:
        """Use a job's `recommend_real_time` or `recommend_serverless`, or `from_parameters`.

        Args:
            scope: The construct's parent.
            id: Its id.
            attribute_of: Returns the value of one of its attributes.
            job_name: The job that it is of. Default: not known here.
            input_config: What the job measures, as in the API. Default: nothing is known of it.
        """
        super().__init__(scope, id)
        self.input_config: Final = input_config
        """What the job measures, as in the API; `UNRESOLVED` where, or as far as, that isn't known."""
        self._attribute_of = attribute_of
        self._job_name = job_name

    @classmethod
    def of_job(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        job_name: str,
        finished: CfnResource,
        optimize_for: Objective,
        constraints: Constraints,
        input_config: object,
    ) -> Self:
        """Choose among a job's results; use the job's `recommend_real_time` or `recommend_serverless`.

        Args:
            scope: Where the choice is made.
            id: Its id.
            job_name: The job.
            finished: What exists once the job has finished.
            optimize_for: By which measure.
            constraints: What a result must meet.
            input_config: What the job measures, as in the API; UNRESOLVED where nothing is known of it.

        Raises:
            ValidationError: A prop is of another type.
        """
        recommendation = cls(
            scope,
            id,
            attribute_of=lambda _, attribute: Token.as_string(resource.get_att(attribute)),
            job_name=job_name,
            input_config=input_config,
        )
        check_types(recommendation, _PROP_TYPES, optimize_for=optimize_for, constraints=constraints)
        with naming(recommendation):
            asked = constraints.render()
        resource = InferenceRecommenderProvider.of(scope).custom_resource(
            recommendation,
            "Resource",
            ResourceType.RECOMMENDATION,
            {
                RecommendationProperty.JOB_NAME: job_name,
                RecommendationProperty.ENDPOINT_TYPE: cls._endpoint_type.value,
                RecommendationProperty.OBJECTIVE: optimize_for.value,
                RecommendationProperty.CONSTRAINTS: asked or None,
            },
            after=(finished,),
        )
        report_problems(
            recommendation,
            lambda: [
                *checks.check_objective(optimize_for),
                *checks.check_constraints(
                    literals_only(asked), endpoint_type=cls._endpoint_type, input_config=input_config
                ),
            ],
        )
        report_cross_stack_references(
            recommendation,
            resource,
            "JobName",
            f"Publish it here with publish('/my-app/{id.lower()}') and read it there with "
            f"{cls.__name__}.from_parameters(self, '{id}', '/my-app/{id.lower()}')",
        )
        return recommendation

    @classmethod
    def from_parameters(cls, scope: Construct, id: str, prefix: str) -> Self:  # noqa: A002 -- the CDK's name for it
        """Read, in another stack, what `publish` wrote.

        CloudFormation reads the parameters whenever the reading stack is deployed, so that a new winner arrives with
        the next `cdk deploy --all`. The reading stack is deployed after the publishing one where both are in the same
        stage, account and Region of an app.

        Args:
            scope: A construct of the reading stack.
            id: Its id.
            prefix: As given to `publish`.

        Raises:
            ValidationError: The scope is in no stack, the prefix isn't one, or it is published in this very stack. A
                prefix that the app publishes only in another account or Region, or as the other kind, is reported by
                `app.synth()`.
        """
        expect_stack(scope, id)
        recommendation = cls(
            scope,
            id,
            attribute_of=lambda self, attribute: parameter_value(self, prefix, attribute),
        )
        with naming(recommendation):
            PublishedRecommendations.of(scope).add_reader(prefix, recommendation)
        return recommendation

    def publish(self, prefix: str) -> None:
        """Write every attribute to Parameter Store, as `<prefix>/InstanceType` and so on, for other stacks to read.

        Args:
            prefix: For example `/my-app/recommendation`; unique in the account and Region.

        Raises:
            ValidationError: The prefix isn't one, or is taken by another stack of this stage that may be deployed to
                the same account and Region.
        """
        with naming(self):
            write_parameters(
                self,
                prefix,
                {attribute: self.value_of(attribute) for attribute in self._attributes},
                description=f"{self._endpoint_type.value} recommendation of SageMaker Inference Recommender",
            )

    @property
    def recommendation_id(self) -> str:
        """Id of the chosen recommendation, as `CreateModel` and the scaling recommendation take it."""
        return self.value_of(RecommendationAttribute.RECOMMENDATION_ID)

    @property
    def inference_specification_name(self) -> str:
        """Which inference specification of the model package was measured."""
        return self.value_of(RecommendationAttribute.INFERENCE_SPECIFICATION_NAME)

    @property
    def compilation_job_name(self) -> str:
        """The job with which SageMaker Neo compiled what was measured."""
        return self.value_of(RecommendationAttribute.COMPILATION_JOB_NAME)

    @property
    def environment_json(self) -> str:
        """Environment variables that were measured, as a JSON object; `{}` where there are none."""
        return self.value_of(RecommendationAttribute.ENVIRONMENT_JSON)

    @property
    def cost_per_hour(self) -> str:
        """Estimated cost of an hour, in USD."""
        return self.value_of(RecommendationAttribute.COST_PER_HOUR)

    @property
    def cost_per_inference(self) -> str:
        """Estimated cost of one inference, in USD."""
        return self.value_of(RecommendationAttribute.COST_PER_INFERENCE)

    @property
    def max_invocations(self) -> str:
        """Requests a minute that were reached."""
        return self.value_of(RecommendationAttribute.MAX_INVOCATIONS)

    @property
    def model_latency(self) -> str:
        """Latency at that load, as the API gives it; use `model_latency_ms` for a figure with a known unit."""
        return self.value_of(RecommendationAttribute.MODEL_LATENCY)

    @property
    def model_latency_ms(self) -> str:
        """Latency at that load, in milliseconds.

        The API states no unit. Its figures are read as milliseconds (developer guide, recommendation results), unless
        one of the job's results would then take more than 1,000 concurrent users, which no job's traffic reaches
        (`MaxInvocations` / 60 x latency in seconds). Then all of the job's are read as microseconds.
        """
        return self.value_of(RecommendationAttribute.MODEL_LATENCY_MS)

    @property
    def cpu_utilization(self) -> str:
        """CPU utilisation at that load, in percent."""
        return self.value_of(RecommendationAttribute.CPU_UTILIZATION)

    @property
    def memory_utilization(self) -> str:
        """Memory utilisation at that load, in percent."""
        return self.value_of(RecommendationAttribute.MEMORY_UTILIZATION)

    def value_of(self, attribute: RecommendationAttribute) -> str:
        """Return any of the attributes of its kind, by name.

        Args:
            attribute: Name of the attribute.
        """
        return self._attribute_of(self, attribute)

    def _number(self, attribute: RecommendationAttribute) -> jsii.Number:
        return Token.as_number(self.value_of(attribute))
