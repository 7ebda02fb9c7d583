"""Jobs that aren't written as props: those that exist already, and those of a document."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from cdk_inference_recommender.validation.validation_error import naming

from .cli_input_source import CliInputSource
from .existing import ExistingInferenceRecommendationsJob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aws_cdk import Duration
    from aws_cdk import aws_iam as iam
    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from constructs import Construct

    from .base import InferenceRecommendationsJobBase
    from .inference_recommendations_job import InferenceRecommendationsJob


class JobFactories:
    """The `from_...` methods of `InferenceRecommendationsJob`."""

    @classmethod
    @abstractmethod
    def _of_source(
        cls, scope: Construct, job_id: str, source: CliInputSource, **props: Any
    ) -> InferenceRecommendationsJob:
        """Declare a job whose request is a document."""

    @classmethod
    def from_job_name(
        cls,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        job_name: str,
        *,
        timeout: Duration | None = None,
        poll_interval: Duration | None = None,
    ) -> InferenceRecommendationsJobBase:
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
    ) -> InferenceRecommendationsJobBase:
        """Refer to a job that exists already, by its ARN; see `from_job_name`.

        SageMaker writes names in ARNs in lower case: refer to a job whose name has capitals by `from_job_name`.

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
        document: Mapping[str, Any] | str | Path,
        *,
        job_name: str | None = None,
        job_name_prefix: str | None = None,
        role: iam.IRole | None = None,
        input_buckets: Sequence[IBucket] = (),
        image_repositories: Sequence[IRepository] = (),
        timeout: Duration | None = None,
        poll_interval: Duration | None = None,
        accept_stopped: bool = False,
        rerun_nonce: str | None = None,
    ) -> InferenceRecommendationsJob:
        """Declare a job by the document that `aws sagemaker create-inference-recommendations-job` takes.

        The document is sent as it stands, but for its name, role and tags. Everything in it that the service would
        refuse is reported by `app.synth()`, spelled as it stands there. Tags of `Tags.of(...)` are added to its own.

        Args:
            scope: The job's parent.
            id: Its id.
            document: The whole `--cli-input-json` or `--cli-input-yaml`: as a mapping, whose values may be tokens; as
                JSON text, or as YAML text of several lines; or as the path of a file, also after `file://`, which is
                YAML if it ends in `.yaml` or `.yml` and else JSON. Its `JobName` becomes the prefix of the generated
                name, cut to whole words of at most 24 characters in all; it and `RoleArn` may be missing.
            job_name: As for the construct; overrides the document's `JobName`.
            job_name_prefix: As for the construct; overrides the document's `JobName`.
            role: Execution role, if the document names none. Default: a role with the least that is needed.
            input_buckets: Buckets that the default role may read.
            image_repositories: Repositories that the default role may pull container images from.
            timeout: As for the construct.
            poll_interval: As for the construct.
            accept_stopped: As for the construct.
            rerun_nonce: As for the construct.

        Raises:
            ValidationError: The file can't be read, the text isn't JSON or YAML, or an argument is of another type.
        """
        with naming(scope, id):
            source = CliInputSource.of(document)
        if job_name is not None or job_name_prefix is not None:
            source = source.without_job_name()
        return cls._of_source(
            scope,
            id,
            source,
            **source.props(),
            job_name=job_name,
            job_name_prefix=job_name_prefix,
            role=role,
            input_buckets=input_buckets,
            image_repositories=image_repositories,
            timeout=timeout,
            poll_interval=poll_interval,
            accept_stopped=accept_stopped,
            rerun_nonce=rerun_nonce,
        )
