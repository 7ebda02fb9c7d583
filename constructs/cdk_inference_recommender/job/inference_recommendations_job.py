"""A recommendation job that a stack declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import jsii
from aws_cdk import Duration, ITaggableV2, TagManager
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, Dependable

from cdk_inference_recommender.cross_stack.references import THROUGH_PARAMETER, report_cross_stack_references
from cdk_inference_recommender.job.props.job_props import JOB_PROP_TYPES, JOB_PROPS, JobProps
from cdk_inference_recommender.job.props.job_type import JobType
from cdk_inference_recommender.jobs.job_kind import RECOMMENDATIONS_JOB
from cdk_inference_recommender.jobs.resource import job_resource
from cdk_inference_recommender.jobs.wait_stages import last_wait_stage
from cdk_inference_recommender.jobs.waiting import poll_seconds_of, timeout_seconds_of
from cdk_inference_recommender.model.hosting_resource import HostingResource
from cdk_inference_recommender.model.job_arn import job_arn
from cdk_inference_recommender.model.name_prefix import job_name_prefix_of, literal_name
from cdk_inference_recommender.model.tags import JobTags
from cdk_inference_recommender.permissions.role_arn import role_arn_of
from cdk_inference_recommender.recommendation.measured_job import MeasuredJob
from cdk_inference_recommender.request import Path, Problem, deduplicate
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.prop_types import check_types
from cdk_inference_recommender.validation.reported_problems import report_problems, share_causes
from cdk_inference_recommender.validation.stack_environment import region_of
from cdk_inference_recommender.validation.validation_error import prefix_errors_with_path

from .base import InferenceRecommendationsJobBase
from .factories import JobFactories
from .grants import lower_case_arns
from .job_request import JobRequest, job_network
from .role import job_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from aws_cdk.interfaces.aws_sagemaker import IEndpointRef

    from cdk_inference_recommender.job.props.endpoint_input_configuration import EndpointInputConfiguration
    from cdk_inference_recommender.job.props.stopping_conditions import StoppingConditions
    from cdk_inference_recommender.job.props.traffic_pattern import TrafficPattern
    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.permissions.execution_role_restrictions import ExecutionRoleRestrictions

_IN_A_DOCUMENT: Final = frozenset({"model", "job_type"})
"""Required props that a document may say instead."""


@jsii.implements(iam.IGrantable, ec2.IConnectable, ITaggableV2)
class InferenceRecommendationsJob(HostingResource, InferenceRecommendationsJobBase, JobFactories):
    """A job that benchmarks a model as part of a deployment (API reference, `CreateInferenceRecommendationsJob`).

    Deploying starts the job and waits for it; what depends on this construct is created after the job has finished.
    A job runs real endpoints for 45 minutes (Default) to 5 hours (Advanced), which AWS charges for. A change of what
    is measured (job type, model, traffic, configurations, stopping conditions, output) or of `rerun_nonce` runs a new
    job; any other change doesn't. A job that is still running when it is replaced or deleted is stopped.

    Example:
        ```python
        job = InferenceRecommendationsJob(
            self, "Job",
            model=ModelSource.from_model_package(model_package_arn),
            input_buckets=[payload_bucket], image_repositories=[repository],
        )
        best = job.recommend_real_time("Best", optimize_for=Objective.COST_PER_INFERENCE)
        ```
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        model: ModelSource,
        job_type: JobType = JobType.DEFAULT,
        job_name: str | None = None,
        job_name_prefix: str | None = None,
        description: str | None = None,
        role: iam.IRole | None = None,
        role_restrictions: ExecutionRoleRestrictions | None = None,
        input_buckets: Sequence[IBucket] = (),
        image_repositories: Sequence[IRepository] = (),
        job_duration: Duration | None = None,
        traffic_pattern: TrafficPattern | None = None,
        max_number_of_tests: jsii.Number | None = None,
        max_parallel_of_tests: jsii.Number | None = None,
        endpoint_configurations: Sequence[EndpointInputConfiguration] = (),
        existing_endpoint: str | IEndpointRef | None = None,
        stopping_conditions: StoppingConditions | None = None,
        output_encryption_key: IKeyRef | None = None,
        compiled_output_s3_uri: str | None = None,
        compiled_output_bucket: IBucket | None = None,
        volume_encryption_key: IKeyRef | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        tags: Mapping[str, str] | None = None,
        timeout: Duration | None = None,
        poll_interval: Duration | None = None,
        accept_stopped: bool = False,
        max_cost: jsii.Number | None = None,
        rerun_nonce: str | None = None,
    ) -> None:
        """Declare a job and what waits for it.

        Args:
            scope: The construct's parent.
            id: Its id.
            model: What is benchmarked.
            job_type: Default: `JobType.DEFAULT`, which AWS runs on instance types of its own choice.
            job_name: The physical name, 1 to 64 letters, digits and hyphens; may be a token. The service never frees a
                name, so every change of what is measured needs a new one, and a deployment without it fails. Names that
                AWS derives are cut at 40 characters. Default: a generated name.
            job_name_prefix: Prefix of the generated name, 1 to 24 characters, no token; the name has at most 40.
                Default: the construct's path.
            description: At most 128 characters.
            role: Execution role; it is granted `input_buckets` and `image_repositories`, unless it is one of
                `role.without_policy_updates()`. Default: a role with the least that is needed.
            role_restrictions: Restrictions of the default role that AWS doesn't document. Default: none.
            input_buckets: Buckets that the role may read: sample payload and model artifacts.
            image_repositories: Repositories that the role may pull container images from.
            job_duration: No benchmark starts after it, at most 18,000 s; those that run are not stopped.
            traffic_pattern: For Advanced jobs; required there.
            max_number_of_tests: For Advanced jobs: load tests in all, 1 to 10. Default: the service's.
            max_parallel_of_tests: For Advanced jobs: load tests at the same time, 1 to 10. Default: the service's.
            endpoint_configurations: For Advanced jobs, 1 to 10; required there.
            existing_endpoint: Name of an endpoint, or a construct such as `CfnEndpoint`, to compare with. The load can
                throttle it: not a production endpoint.
            stopping_conditions: For Advanced jobs.
            output_encryption_key: Encrypts the artifacts in S3.
            compiled_output_s3_uri: Where a model that Neo compiled is stored: `s3://bucket/prefix`.
            compiled_output_bucket: Its bucket, so that the role may use the bucket's key. Default: no key is used.
            volume_encryption_key: Encrypts the endpoints' volumes.
            vpc: The endpoints get network interfaces in it.
            vpc_subnets: Which of its subnets, 1 to 16. Default: the private ones, which the VPC has to have. Others
                need VPC endpoints for S3, ECR, CloudWatch and CloudWatch Logs, and are warned of.
            security_groups: 1 to 5. Default: one of its own, which allows everything out and nothing in.
            tags: Besides those of `Tags.of(...)`; 45 in all, as five of the service's 50 say whose the job is.
            timeout: How long queueing and running may take in all, 1 minute to 24 hours, no token; then the job is
                stopped and the deployment fails. Default: 90 minutes for a Default job without `job_duration`, else the
                job's duration (18,000 s where it isn't known) and an hour.
            poll_interval: At least 10 s. Default: 30 s.
            accept_stopped: Whether a job that was stopped counts as finished. Default: false, the deployment fails.
            max_cost: USD that the benchmarks may cost. Synthesis warns where the estimate is above it or can't be made.
                The context value `cdk-inference-recommender:prices` names the file of prices.
            rerun_nonce: Any text; a new one runs the job again.

        Raises:
            ValidationError: The scope is in no stack, a prop is of another type or can't be expressed in the API's
                unit, or `vpc_subnets` finds no subnets. Every other problem is reported by `app.synth()`, together with
                those of all other constructs.
        """
        # Read before anything else is named here, so that no prop can be forgotten.
        given = {name: value for name, value in locals().items() if name in JOB_PROPS}
        super().__init__(scope, id, physical_name=literal_name(job_name))
        self._declare(scope, id, given)

    def _declare(self, scope: Construct, job_id: str, given: Mapping[str, Any], document: object = None) -> None:
        """Declare the job and what waits for it.

        Args:
            scope: The construct's parent.
            job_id: Its id.
            given: Every prop.
            document: A request document, of any type. Default: the request is given as props.
        """
        missing = () if document is None else {name for name in _IN_A_DOCUMENT if given[name] is None}
        check_types(self, JOB_PROP_TYPES, **{name: given[name] for name in JOB_PROP_TYPES if name not in missing})
        share_causes(self, given)
        props = JobProps(**given)
        with prefix_errors_with_path(self):
            request = JobRequest.of(document, props)
            poll_seconds = poll_seconds_of(props.poll_interval)
            timeout_seconds = timeout_seconds_of(
                props.timeout, is_default_job=request.is_default_job, job_duration=request.job_duration
            )
        network = job_network(self, props, request)
        if network is not None and props.vpc is not None:
            request = request.overriding(("InputConfig", "VpcConfig"), network.ids())
        self._connections = network.connections if network else None
        self._tags = JobTags(request.tags, RECOMMENDATIONS_JOB.resource_type)
        given_role = job_role(self, props, request, network)
        self._role = given_role.role
        sent = request.sent(role_arn_of(self._role))
        prefix = props.job_name_prefix or job_name_prefix_of(scope, job_id, request.job_name)
        self._lower_case_arns = lower_case_arns(self, props.job_name or f"{prefix}-*")
        self._resource = job_resource(
            self,
            RECOMMENDATIONS_JOB,
            request=sent,
            job_name=props.job_name,
            name_prefix=prefix,
            tags=self._tags,
            accept_stopped=props.accept_stopped,
            timeout=timeout_seconds,
            rerun_nonce=props.rerun_nonce,
            role=self._role,
            keys=given_role.keys,
            established=(*given_role.granted, *(network.established if network else ())),
        )
        name = self._resource.ref
        # Another Region or account reads a name that is known.
        self._job_name = name if literal_name(props.job_name) is None else self._get_resource_name_attribute(name)
        finished = last_wait_stage(
            self,
            RECOMMENDATIONS_JOB,
            job_name=name,
            timeout=timeout_seconds,
            poll_interval=poll_seconds,
            accept_stopped=props.accept_stopped,
            after=self._resource,
        )
        # Neither the job's start, nor what is chosen of its results.
        Dependable.implement(self, Dependable.of(finished))
        measured = {**given, "model": props.model if document is None else request.model}
        MeasuredJob(job_name=name, finished=lambda: finished, request=sent, props=measured).attach_to(self)

        def spell(path: Path) -> str:
            return request.spell(path, self._tags.known())

        def problems() -> list[Problem]:
            all_tags = self._tags.known()
            judged = request.judged(all_tags)
            of_request = checks.check_request(judged, complete=False)
            of_region = checks.check_regions(judged, region=region_of(self)) if isinstance(judged, Mapping) else ()
            of_props = checks.check_props(
                props,
                document_job_name=request.job_name,
                has_role=given_role.is_given,
                has_compiled_output=given_role.has_compiled_output,
                job_duration=request.job_duration,
                timeout=timeout_seconds,
                poll_interval=poll_seconds,
                number_of_tags=len(all_tags),
            )
            cost = props.max_cost
            of_cost = () if cost is None else checks.check_cost(self, cost, judged, of_request, spell)
            own_problems = deduplicate([*of_request, *of_region, *of_props, *of_cost, *checks.check_network(network)])
            return [*own_problems, *checks.check_incoming_references(sent, self, own_role=not given_role.is_given)]

        report_problems(self, problems, spell)
        report_cross_stack_references(self, self._resource, "JobName", THROUGH_PARAMETER)

    @property
    def job_name(self) -> str:
        """Name of the job, known when it has been requested: it may still be queued or running."""
        return self._job_name

    @property
    def job_arn(self) -> str:
        """ARN of the job."""
        return job_arn(self, self.job_name)

    @property
    def cdk_tag_manager(self) -> TagManager:
        """The job's tags, so that `Tags.of(...)` reaches it."""
        return self._tags.manager

    @classmethod
    def _of_document(
        cls, scope: Construct, job_id: str, document: object, given: Mapping[str, Any]
    ) -> InferenceRecommendationsJob:
        return _JobOfDocument(scope, job_id, document, given)


class _JobOfDocument(InferenceRecommendationsJob):
    def __init__(self, scope: Construct, job_id: str, document: object, given: Mapping[str, Any]) -> None:
        InferenceRecommendationsJobBase.__init__(self, scope, job_id, physical_name=literal_name(given["job_name"]))
        self._declare(scope, job_id, given, document)
