"""The custom resource that starts a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnResource

from cdk_inference_recommender.provider.inference_recommender_provider import custom_resources_of
from cdk_inference_recommender.request import botocore_version
from inference_recommendations_handler.protocol.contract import JobProperty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import RemovalPolicy
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct, IDependable

    from cdk_inference_recommender.model.tags import JobTags

    from .job_kind import JobKind


class JobResource(CfnResource):
    """Resource that starts a job, and that stops it when the resource leaves its stack."""

    def apply_removal_policy(
        self,
        policy: RemovalPolicy | None = None,
        *,
        apply_to_update_replace_policy: bool | None = None,
        default: RemovalPolicy | None = None,
    ) -> None:
        """Ignore every removal policy, also that of `RemovalPolicies` and `MissingRemovalPolicies`.

        CloudFormation deletes a resource without a policy. A retained one would leave its job running, which costs.

        Args:
            policy: Ignored.
            apply_to_update_replace_policy: Ignored.
            default: Ignored.
        """


def job_resource(
    job: Construct,
    kind: JobKind,
    *,
    request: Mapping[str, object],
    job_name: str | None,
    name_prefix: str,
    tags: JobTags,
    accept_stopped: bool,
    timeout: int,
    rerun_nonce: str | None,
    role: iam.IRole,
    keys: Sequence[IKeyRef | str | None],
    established: Sequence[IDependable],
) -> CfnResource:
    """Create the resource, which waits for all that the job needs.

    Args:
        job: The job's construct.
        kind: Kind of the job.
        request: Without name and tags.
        job_name: The physical name. None for a generated one.
        name_prefix: Prefix of a generated name.
        tags: The job's.
        accept_stopped: As given.
        timeout: Seconds for queueing and running.
        rerun_nonce: As given.
        role: The execution role.
        keys: The job's keys, where there are any.
        established: What its network has to have.
    """
    custom_resources = custom_resources_of(job)
    given_keys = [key for key in keys if key is not None]
    resource = custom_resources.add(
        job,
        "Resource",
        kind.resource_type,
        {
            JobProperty.REQUEST: request,
            JobProperty.JOB_NAME: job_name,
            JobProperty.NAME_PREFIX: name_prefix if job_name is None else None,
            JobProperty.TAGS: tags.known() or None,
            JobProperty.ACCEPT_STOPPED: accept_stopped,
            JobProperty.TIMEOUT: timeout,
            JobProperty.STATE_MACHINE_ARN: custom_resources.state_machine_arn,
            JobProperty.BOTOCORE_VERSION: botocore_version(),
            JobProperty.RERUN_NONCE: rerun_nonce,
        },
        service_timeout_seconds=kind.service_timeout_seconds,
        after=(
            *custom_resources.grants.pass_role(role),
            *(custom_resources.grants.use_key(key) for key in given_keys),
            # The request names an alias, which doesn't make CloudFormation create the alias first.
            *(key for key in given_keys if not isinstance(key, str)),
            *established,
        ),
        made_by=JobResource,
    )
    tags.of(resource)
    return resource
