"""moto's SageMaker API with Inference Recommender's operations. moto wants the responses in a module of this name."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.models import sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from inference_recommender_sandbox.iam.authorization import AccessDenied
from inference_recommender_sandbox.moto_lock import MOTO_LOCK
from inference_recommender_sandbox.named_result import NamedResult
from inference_recommender_sandbox.sagemaker.jobs.admission import admit_job
from inference_recommender_sandbox.sagemaker.jobs.documents import job_description, job_step, job_summary
from inference_recommender_sandbox.sagemaker.jobs.inference_recommendations_job import JobStatus
from inference_recommender_sandbox.sagemaker.jobs.listing import matching_summaries, page
from inference_recommender_sandbox.sagemaker.jobs.scaling_configuration import scaling_configuration

from .caller_permissions import Call, needed_permissions
from .endpoint_backend import retained_properties
from .endpoints.configuration_admission import refuse_configuration
from .errors import AccessDeniedException, InternalFailure, SageMakerError, SerializationException, ThrottlingException
from .model_admission import admit_model
from .request_validation import validate_input
from .resource_tags import check_tags, is_job
from .response_shape import checked_response
from .service import ReceivedRequest

if TYPE_CHECKING:
    from .models import InferenceRecommenderBackend

OPERATIONS: Final = frozenset(
    {
        "CreateInferenceRecommendationsJob",
        "DescribeInferenceRecommendationsJob",
        "GetScalingConfigurationRecommendation",
        "ListInferenceRecommendationsJobSteps",
        "ListInferenceRecommendationsJobs",
        "StopInferenceRecommendationsJob",
    }
)
_VALIDATED: Final = frozenset(
    {
        "AddTags",
        "CreateEndpoint",
        "CreateEndpointConfig",
        "CreateModel",
        "UpdateEndpoint",
        "UpdateEndpointWeightsAndCapacities",
    }
)
"""Operations of moto, which checks next to nothing."""


class InferenceRecommenderResponse(SageMakerResponse):
    """The six operations, and tag operations on their jobs; everything else is moto's."""

    @property
    def recommender(self) -> InferenceRecommenderBackend:
        """The backend of the request's account and Region."""
        backend: InferenceRecommenderBackend = sagemaker_backends[self.current_account][self.region]
        return backend

    def parse_parameters(self, request: Any) -> None:
        """Take the body as it is: moto's parser would convert what the service rejects."""
        if self._get_action() not in OPERATIONS:
            super().parse_parameters(request)
            return
        # An unreadable body is refused by `_validate`, where errors have the API's form.
        try:
            self.params = json.loads(request.data or b"{}")
        except ValueError:
            self.params = None

    def call_action(self) -> Any:
        """Every SageMaker call of a function's session is authorised; ordered faults come first."""
        operation = self._get_action()
        with MOTO_LOCK:
            service = self.recommender.service
        fault = service.faults.take_call_fault(operation)
        if fault == "throttle":
            return ThrottlingException("Rate exceeded").as_answer(self.response_headers)
        if operation == "CreateInferenceRecommendationsJob":
            service.clock.sleep(service.faults.seconds("slow-create"))
        with MOTO_LOCK:
            return self._answer_call(operation, fault)

    def _answer_call(self, operation: str, fault: str | None) -> Any:
        backend = self.recommender
        call = self._call(operation)
        try:
            self._authorize(call)
            if operation in _VALIDATED:
                self._validate_as_sent(operation)
        except SageMakerError as refusal:
            return refusal.as_answer(self.response_headers)
        if fault == "internal-error":
            return InternalFailure().as_answer(self.response_headers)
        answer = super().call_action()
        if call.creates and answer[0] == HTTPStatus.OK:
            backend.note_created(call.resource)
        return InternalFailure().as_answer(self.response_headers) if fault == "lose-response" else answer

    def create_inference_recommendations_job(self) -> ActionResult:
        """Create a job, and record the request whatever the result."""
        backend = self.recommender
        try:
            self._validate()
            job = admit_job(backend, self.params)
        except (SageMakerError, ServiceException) as refusal:
            self._keep_request(refusal.error_type if isinstance(refusal, SageMakerError) else refusal.code)
            raise
        self._keep_request("accepted")
        return self._answer({"JobArn": job.arn})

    def describe_inference_recommendations_job(self) -> ActionResult:
        """Describe a job."""
        self._validate()
        job = self.recommender.job(self.params["JobName"])
        return self._answer(job_description(job, self.recommender.now()))

    def stop_inference_recommendations_job(self) -> ActionResult:
        """Stop a job."""
        self._validate()
        self.recommender.stop_job(self.params["JobName"])
        return EmptyResult()

    def list_inference_recommendations_jobs(self) -> ActionResult:
        """List jobs."""
        self._validate()
        now = self.recommender.now()
        summaries = [job_summary(job, now) for job in self.recommender.jobs()]
        jobs, token = page(matching_summaries(summaries, self.params), self.params)
        return self._answer({"InferenceRecommendationsJobs": jobs, "NextToken": token})

    def list_inference_recommendations_job_steps(self) -> ActionResult:
        """List a job's benchmarks; a job that hasn't started has none."""
        self._validate()
        now = self.recommender.now()
        job = self.recommender.job(self.params["JobName"])
        steps = [job_step(job, index, now) for index in range(len(job.plan.benchmarks))]
        if job.status(now) is JobStatus.PENDING:
            steps = []
        wanted = self.params.get("Status")
        steps, token = page([step for step in steps if wanted in {None, step["Status"]}], self.params)
        return self._answer({"Steps": steps, "NextToken": token})

    def get_scaling_configuration_recommendation(self) -> ActionResult:
        """Recommend how to scale a recommendation."""
        self._validate()
        job = self.recommender.job(self.params["InferenceRecommendationsJobName"])
        return self._answer(scaling_configuration(job, self.params, self.recommender.now()))

    def create_model(self) -> ActionResult:
        """Create a model, if what it names exists."""
        admit_model(self.recommender, json.loads(self.body))
        return super().create_model()

    def create_endpoint_config(self) -> ActionResult:
        """Create a configuration, if its members go together."""
        request = json.loads(self.body)
        refuse_configuration(request)
        answer = super().create_endpoint_config()
        configuration = self.recommender.endpoint_configs[request["EndpointConfigName"]]
        configuration.metrics_config = request.get("MetricsConfig")
        return answer

    def create_endpoint(self) -> ActionResult:
        """Create an endpoint; its deployment configuration counts in updates only."""
        config = self._get_param("DeploymentConfig")
        if config and self._get_param("EndpointConfigName") in self.recommender.endpoint_configs:
            self.recommender.deployments.refuse(config, self._get_param("EndpointConfigName"))
        return super().create_endpoint()

    def update_endpoint(self) -> ActionResult:
        """Give an endpoint another configuration."""
        get = self._get_param
        retained = retained_properties(json.loads(self.body))
        arn = self.recommender.update_endpoint(
            get("EndpointName"),
            get("EndpointConfigName"),
            retained_properties=retained,
            deployment_config=get("DeploymentConfig"),
            retain_deployment_config=bool(get("RetainDeploymentConfig")),
        )
        return ActionResult({"EndpointArn": arn})

    def delete_model_package(self) -> ActionResult:
        """Delete a model package."""
        self.recommender.delete_model_package(self._get_param("ModelPackageName"))
        return EmptyResult()

    def delete_model_package_group(self) -> ActionResult:
        """Delete an empty group of model packages."""
        self.recommender.delete_model_package_group(self._get_param("ModelPackageGroupName"))
        return EmptyResult()

    def add_tags(self) -> ActionResult:
        """Add tags."""
        arn = self._get_param("ResourceArn")
        if not is_job(arn):
            return super().add_tags()
        return ActionResult({"Tags": self.recommender.add_job_tags(arn, self._get_param("Tags"))})

    def list_tags(self) -> ActionResult:
        """List tags."""
        arn = self._get_param("ResourceArn")
        if not is_job(arn):
            return super().list_tags() if self.recommender.shows_tags(arn) else ActionResult({"Tags": []})
        tags, token = page(self.recommender.job_tags(arn), self._paging())
        return self._answer({"Tags": tags, "NextToken": token})

    def delete_tags(self) -> ActionResult:
        """Delete tags."""
        arn = self._get_param("ResourceArn")
        if not is_job(arn):
            return super().delete_tags()
        self.recommender.delete_job_tags(arn, self._get_param("TagKeys"))
        return EmptyResult()

    def _validate(self) -> None:
        if not isinstance(self.params, dict):
            raise SerializationException("The request's body is no JSON object.")
        validate_input(self._get_action(), self.params)

    def _validate_as_sent(self, operation: str) -> None:
        """Refuse what the service refuses, before moto sees it."""
        try:
            document = json.loads(self.body or "{}")
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise SerializationException("The request's body is no JSON object.")
        validate_input(operation, document)
        check_tags(document.get("Tags") or [], existing={})

    def _paging(self) -> dict[str, Any]:
        members = {name: self._get_param(name) for name in ("MaxResults", "NextToken")}
        return {name: value for name, value in members.items() if value is not None}

    def _call(self, operation: str) -> Call:
        backend = self.recommender
        return Call(
            operation=operation,
            request=self.params if isinstance(self.params, dict) else {},
            partition=backend.partition,
            region=backend.region_name,
            account_id=backend.account_id,
            tags_of=backend.shown_tags,
            names_tagging_action=not backend.service.faults.is_ordered("no-tagging-action"),
        )

    def _authorize(self, call: Call) -> None:
        for needed in needed_permissions(call):
            try:
                self.recommender.service.authorizer.authorize(
                    account_id=call.account_id,
                    access_key_id=self.access_key,
                    action=needed.action,
                    resource=needed.resource,
                    context=needed.context,
                    partition=call.partition,
                )
            except AccessDenied as denied:
                raise AccessDeniedException(str(denied)) from denied

    def _answer(self, document: dict[str, Any]) -> ActionResult:
        return NamedResult(checked_response(self._get_action(), document))

    def _keep_request(self, outcome: str) -> None:
        backend = self.recommender
        backend.service.received.append(
            ReceivedRequest(
                account_id=backend.account_id,
                region=backend.region_name,
                at=backend.now(),
                request=self.params,
                outcome=outcome,
            )
        )
