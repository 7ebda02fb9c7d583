"""What a recommendation job found to be best, for use in templates: what every kind of endpoint has."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, overload

from aws_cdk import Token
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk_inference_recommender.cross_stack.recommendation_parameters import write_parameters
from cdk_inference_recommender.cross_stack.references import report_cross_stack_references
from cdk_inference_recommender.model.resource_name import name_of_model
from cdk_inference_recommender.provider.inference_recommender_provider import custom_resources_of
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.prop_types import check_types, shown
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_resource import expect_stack
from cdk_inference_recommender.validation.tokens import mask_tokens
from cdk_inference_recommender.validation.validation_error import ValidationError, prefix_errors_with_path
from inference_recommendations_handler.protocol.contract import UNAVAILABLE as NO_VALUE
from inference_recommendations_handler.protocol.contract import (
    EndpointType,
    RecommendationAttribute,
    RecommendationProperty,
    ResourceType,
)

from .constraints import Constraints, constraint_properties
from .measured_job import MeasuredJob
from .objective import Objective
from .prop_types import RECOMMENDATION_PROP_TYPES

if TYPE_CHECKING:
    import jsii
    from aws_cdk.interfaces.aws_sagemaker import IModelRef
    from constructs import IDependable

    from cdk_inference_recommender.job.interface import IInferenceRecommendationsJob

UNAVAILABLE: Final = NO_VALUE
"""Value of a figure that the service gave none for."""

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

_UNCONSTRAINED: Final = Constraints()


class Recommendation(Construct):
    """Base of `RealTimeRecommendation` and `ServerlessRecommendation`.

    The figures are for display: text, and `UNAVAILABLE` where the service gave none. They are the service's own
    estimates and measurements, in its units (API reference, `RecommendationMetrics`).
    """

    _endpoint_type: ClassVar[EndpointType]
    _attributes: ClassVar[tuple[RecommendationAttribute, ...]]
    _chosen: IDependable | None = None

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        job: IInferenceRecommendationsJob,
        optimize_for: Objective = Objective.COST_PER_INFERENCE,
        constraints: Constraints = _UNCONSTRAINED,
    ) -> None:
        """Choose among a job's results, as its `recommend_real_time` and `recommend_serverless` do.

        Args:
            scope: The construct's parent, in the job's stack.
            id: Its id.
            job: The job, of this stack or imported.
            optimize_for: By which measure. Default: the lowest cost of an inference.
            constraints: What a result must meet. Default: nothing.

        Raises:
            ValidationError: The scope is in no stack, or an argument is of another type.
        """
        expect_stack(scope, id)
        super().__init__(scope, id)
        check_types(self, RECOMMENDATION_PROP_TYPES, job=job, optimize_for=optimize_for, constraints=constraints)
        measured = MeasuredJob.of(job)
        if measured is None:
            raise ValidationError(
                f"{self.node.path}: job = {shown(job)} isn't a job of this library, though it looks like one. Write "
                f"{RECOMMENDATION_PROP_TYPES['job'].example}."
            )
        measured.attach_to(self)
        self._measured_job_name = measured.job_name
        with prefix_errors_with_path(self):
            required = constraint_properties(constraints)
        self._chosen = self._resource = custom_resources_of(scope).add(
            self,
            "Resource",
            ResourceType.RECOMMENDATION,
            {
                RecommendationProperty.JOB_NAME: measured.job_name,
                RecommendationProperty.ENDPOINT_TYPE: self._endpoint_type.value,
                RecommendationProperty.OBJECTIVE: optimize_for.value,
                RecommendationProperty.CONSTRAINTS: required or None,
            },
            after=(measured.finished(),),
        )
        report_problems(
            self,
            lambda: [
                *checks.check_objective(optimize_for),
                *checks.check_constraints(
                    mask_tokens(required), endpoint_type=self._endpoint_type, input_config=measured.input_config
                ),
            ],
        )
        prefix = f"/my-app/{id.lower()}"
        report_cross_stack_references(
            self,
            self._resource,
            "JobName",
            f"Publish it here with publish('{prefix}') and read it there with "
            f"{type(self).__name__}.from_parameters(self, '{id}', '{prefix}')",
        )

    @classmethod
    def from_parameters(cls, scope: Construct, id: str, parameter_prefix: str) -> Self:  # noqa: A002 -- the CDK's name for it
        """Read in another stack what `publish` wrote.

        CloudFormation reads the parameters whenever the reading stack is deployed, so that a new winner arrives with
        the next `cdk deploy --all`. The reading stack is deployed after the publishing one where both are in the same
        stage, account and Region of an app.

        Args:
            scope: A construct of the reading stack.
            id: Its id.
            parameter_prefix: As given to `publish`.

        Raises:
            ValidationError: The scope is in no stack, the prefix isn't one, or it is published in this very stack. A
                prefix that the app publishes only in another account or Region, or as the other kind, is reported by
                `app.synth()`.
        """
        # Most apps read none, and those that do need one module more.
        from .published_recommendation import PUBLISHED  # noqa: PLC0415

        published: Any = PUBLISHED[cls._endpoint_type](scope, id, parameter_prefix=parameter_prefix)
        recommendation: Self = published
        return recommendation

    def publish(self, parameter_prefix: str) -> None:
        """Write every attribute to Parameter Store, as `<parameter_prefix>/InstanceType` and so on, for other stacks.

        A real-time recommendation is published with its job's name, so that the reader can call `recommend_scaling`.

        Args:
            parameter_prefix: For example `/my-app/recommendation`; unique in the account and Region.

        Raises:
            ValidationError: The prefix isn't one, or is taken by another stack of this stage that may be deployed to
                the same account and Region.
        """
        with prefix_errors_with_path(self):
            write_parameters(
                self,
                parameter_prefix,
                {attribute: self._value_of(attribute) for attribute in self._attributes},
                description=f"{self._endpoint_type.value} recommendation of SageMaker Inference Recommender",
                of_job=self._of_job(),
                after=self._chosen,
            )

    @overload
    def production_variant(
        self, *, model: str | IModelRef, variant_name: str = ..., initial_variant_weight: jsii.Number = ...
    ) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty: ...

    @overload
    def production_variant(
        self, *, model_name: str, variant_name: str = ..., initial_variant_weight: jsii.Number = ...
    ) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty: ...

    def production_variant(
        self,
        *,
        model: str | IModelRef | None = None,
        model_name: str | None = None,
        variant_name: str = "AllTraffic",
        initial_variant_weight: jsii.Number = 1,
    ) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        """Return a variant for `CfnEndpointConfig` that is hosted as recommended.

        Args:
            model: The model, or its name. It needs the recommended environment (`environment_json`) to perform as
                measured. This or `model_name`.
            model_name: Name of the model.
            variant_name: Name of the variant. Default: `AllTraffic`.
            initial_variant_weight: Its share of the traffic, by comparison with other variants. Default: 1.

        Raises:
            ValidationError: There is no model or there are two, or it is of another type.
        """
        with prefix_errors_with_path(self):
            if model is not None and model_name is not None:
                raise ValidationError("Both model and model_name are given. Leave out one of them.")
            given: Any = model if model_name is None else model_name
            name = name_of_model(given)
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            model_name=name,
            variant_name=variant_name,
            initial_variant_weight=initial_variant_weight,
            **self._hosting(),
        )

    @abstractmethod
    def _hosting(self, initial_instance_count: jsii.Number | None = None) -> dict[str, Any]:
        """Return the properties of a production variant that the recommendation decides, but for what is given."""

    def _of_job(self) -> dict[str, str]:
        """Return what a reader has to know of the job, by the parameter's name."""
        return {}

    @property
    def recommendation_id(self) -> str:
        """Id of the chosen recommendation, as `CreateModel` and the scaling recommendation take it."""
        return self._value_of(RecommendationAttribute.RECOMMENDATION_ID)

    @property
    def inference_specification_name(self) -> str:
        """Which inference specification of the model package was measured."""
        return self._value_of(RecommendationAttribute.INFERENCE_SPECIFICATION_NAME)

    @property
    def compilation_job_name(self) -> str:
        """The job with which SageMaker Neo compiled what was measured."""
        return self._value_of(RecommendationAttribute.COMPILATION_JOB_NAME)

    @property
    def environment_json(self) -> str:
        """Environment variables that were measured, as a JSON object; `{}` where there are none."""
        return self._value_of(RecommendationAttribute.ENVIRONMENT_JSON)

    @property
    def cost_per_hour(self) -> str:
        """Estimated cost of an hour, in USD."""
        return self._value_of(RecommendationAttribute.COST_PER_HOUR)

    @property
    def cost_per_inference(self) -> str:
        """Estimated cost of one inference, in USD."""
        return self._value_of(RecommendationAttribute.COST_PER_INFERENCE)

    @property
    def max_invocations(self) -> str:
        """Requests a minute that were reached."""
        return self._value_of(RecommendationAttribute.MAX_INVOCATIONS)

    @property
    def model_latency(self) -> str:
        """Latency at that load, as the API gives it; use `model_latency_ms` for a figure with a known unit."""
        return self._value_of(RecommendationAttribute.MODEL_LATENCY)

    @property
    def model_latency_ms(self) -> str:
        """Latency at that load, in milliseconds.

        The API states no unit. Its figures are read as milliseconds (developer guide, recommendation results), unless
        one of the job's results would then take more than 1,000 concurrent users, which no job's traffic reaches
        (`MaxInvocations` / 60 x latency in seconds). Then all of the job's are read as microseconds.
        """
        return self._value_of(RecommendationAttribute.MODEL_LATENCY_MS)

    @property
    def cpu_utilization(self) -> str:
        """CPU utilisation at that load, in percent."""
        return self._value_of(RecommendationAttribute.CPU_UTILIZATION)

    @property
    def memory_utilization(self) -> str:
        """Memory utilisation at that load, in percent."""
        return self._value_of(RecommendationAttribute.MEMORY_UTILIZATION)

    def _value_of(self, attribute: RecommendationAttribute) -> str:
        return Token.as_string(self._resource.get_att(attribute))

    def _number(self, attribute: RecommendationAttribute) -> jsii.Number:
        return Token.as_number(self._value_of(attribute))
