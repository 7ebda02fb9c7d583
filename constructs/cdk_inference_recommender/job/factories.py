"""Jobs that aren't written as props: those that exist already, and those of a document."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.job.props.job_props import JOB_PROPS
from cdk_inference_recommender.validation.validation_error import prefix_errors_with_path

from .existing import ExistingInferenceRecommendationsJob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import jsii
    from aws_cdk import Duration
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from aws_cdk.interfaces.aws_sagemaker import IEndpointRef
    from constructs import Construct

    from cdk_inference_recommender.job.props.endpoint_input_configuration import EndpointInputConfiguration
    from cdk_inference_recommender.job.props.job_type import JobType
    from cdk_inference_recommender.job.props.stopping_conditions import StoppingConditions
    from cdk_inference_recommender.job.props.traffic_pattern import TrafficPattern
    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.permissions.execution_role_restrictions import ExecutionRoleRestrictions

    from .inference_recommendations_job import InferenceRecommendationsJob
    from .interface import IInferenceRecommendationsJob


class JobFactories:
    """The `from_...` methods of `InferenceRecommendationsJob`."""

    @classmethod
    @abstractmethod
    def _of_document(
        cls, scope: Construct, job_id: str, document: object, given: Mapping[str, Any]
    ) -> InferenceRecommendationsJob:
        """Declare a job whose request is a document, overridden by props."""

    @classmethod
    def from_job_name(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        job_name: str,
        *,
        timeout: Duration | None = None,
        poll_interval: Duration | None = None,
    ) -> IInferenceRecommendationsJob:
        """Refer to a job of this account and Region that exists already; its results can be used too.

        It is waited for where a recommendation is made of it, and never stopped.

        Args:
            scope: The reference's parent.
            id: Its id.
            job_name: Name of the job; may be a token.
            timeout: How long it is waited for, 1 minute to 24 hours, no token. Default: 6 hours, which the longest
                job needs.
            poll_interval: At least 10 s. Default: 30 s.

        Raises:
            ValidationError: No job can have that name, or an argument is of another type.
        """
        return ExistingInferenceRecommendationsJob(
            scope, id, known_by="job_name", value=job_name, timeout=timeout, poll_interval=poll_interval
        )

    @classmethod
    def from_job_arn(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        job_arn: str,
        *,
        timeout: Duration | None = None,
        poll_interval: Duration | None = None,
    ) -> IInferenceRecommendationsJob:
        """Refer to a job that exists already, by its ARN; see `from_job_name`.

        The ARN's Region and account become the construct's environment (`env`), and those of its metrics. SageMaker
        writes names in ARNs in lower case: refer to a job whose name has capitals by `from_job_name`.

        Args:
            scope: The reference's parent.
            id: Its id.
            job_arn: ARN of the job; may be a token. SageMaker may write a name with capitals in lower case there, and
                whether it finds a job by another spelling isn't documented: give such a job's name to `from_job_name`.
            timeout: As for `from_job_name`.
            poll_interval: As for `from_job_name`.

        Raises:
            ValidationError: It isn't the ARN of such a job.
        """
        return ExistingInferenceRecommendationsJob(
            scope, id, known_by="job_arn", value=job_arn, timeout=timeout, poll_interval=poll_interval
        )

    @classmethod
    def from_cli_input(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        document: Mapping[str, Any] | Path | str,
        *,
        model: ModelSource | None = None,
        job_type: JobType | None = None,
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
    ) -> InferenceRecommendationsJob:
        """Declare a job by the document that `aws sagemaker create-inference-recommendations-job` takes.

        Each prop of the constructor overrides the member that it is rendered to, as the AWS CLI's arguments override
        `--cli-input-json`: one document serves all stages, and the props say what differs. A prop replaces its member
        whole. A `model` replaces the document's, but for its `ContainerConfig` unless the prop has one, too. Keys and
        networks are text in a document, and constructs as props.

        Everything in the document that the service would reject is reported by `app.synth()`, spelled as it stands
        there. Tags of `Tags.of(...)` are added to its own.

        Args:
            scope: The job's parent.
            id: Its id.
            document: The whole `--cli-input-json` or `--cli-input-yaml`: as a mapping, whose values may be tokens, or
                its file, as a path or as `file://` and a path. A file is YAML if it ends in `.yaml` or `.yml`, and
                else JSON. Its `JobName` becomes the prefix of the generated name, cut to whole words of at most 24
                characters in all; it and `RoleArn` may be missing. The role of `RoleArn` is imported, and granted
                `input_buckets` and `image_repositories` as `role` is; a dynamic reference is only passed on.
            model: Overrides `ModelPackageVersionArn` and `ModelName`, and `ContainerConfig` if it has one.
            job_type: Overrides `JobType`.
            job_name: Overrides `JobName`, and is the physical name.
            job_name_prefix: Overrides `JobName`.
            description: Overrides `JobDescription`.
            role: Overrides `RoleArn`.
            role_restrictions: As for the constructor.
            input_buckets: As for the constructor.
            image_repositories: As for the constructor.
            job_duration: Overrides `JobDurationInSeconds`.
            traffic_pattern: Overrides `TrafficPattern`.
            max_number_of_tests: Overrides `MaxNumberOfTests`.
            max_parallel_of_tests: Overrides `MaxParallelOfTests`.
            endpoint_configurations: Overrides `EndpointConfigurations`.
            existing_endpoint: Overrides `Endpoints`.
            stopping_conditions: Overrides `StoppingConditions`.
            output_encryption_key: Overrides `KmsKeyId`.
            compiled_output_s3_uri: Overrides `CompiledOutputConfig.S3OutputUri`.
            compiled_output_bucket: As for the constructor.
            volume_encryption_key: Overrides `VolumeKmsKeyId`.
            vpc: Overrides `VpcConfig`.
            vpc_subnets: As for the constructor.
            security_groups: As for the constructor.
            tags: Overrides `Tags`.
            timeout: As for the constructor.
            poll_interval: As for the constructor.
            accept_stopped: As for the constructor.
            max_cost: As for the constructor.
            rerun_nonce: As for the constructor.

        Raises:
            ValidationError: The file can't be read or isn't JSON or YAML, or an argument is of another type.
        """
        # Read before anything else is named here, so that no prop can be forgotten.
        given = {name: value for name, value in locals().items() if name in JOB_PROPS}
        from .cli_document import cli_document  # noqa: PLC0415 -- most jobs are written as props

        with prefix_errors_with_path(scope, id):
            content = cli_document(document)
        return cls._of_document(scope, id, content, given)
