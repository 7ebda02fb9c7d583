"""Restrictions of a job's default role that AWS doesn't document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import FLAG
from cdk_inference_recommender.validation.prop_types import PropType
from cdk_inference_recommender.validation.stack_environment import account_of, region_of

from .kms_key import NO_CONDITION, Conditions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ExecutionRoleRestrictions:
    """Restrictions of a job's default role that rest on names and keys that AWS doesn't document for these jobs.

    If one doesn't fit what the service does, the job fails, maybe after an hour that AWS charges for. So none is the
    default: try them with a short job first.

    Attributes:
        endpoint_name_prefix: Prefix of the endpoints that the role may create, invoke and delete, for example
            `sm-epc-`, which the endpoints' log groups begin with (developer guide, Troubleshoot Inference Recommender
            errors). Models and endpoint configurations have no documented names. Default: any endpoint.
        key_services: Services through which the role may use the keys, for example `["sagemaker", "s3"]`, as
            `kms:ViaService` (KMS developer guide, condition keys; SageMaker's page on Partner AI Apps has it for
            grants). Default: any way.
        own_account_only: Whether SageMaker assumes the role only for resources of the job's account, as
            `aws:SourceAccount` (developer guide, cross-service confused deputy prevention, which has examples for
            endpoints and compilation jobs, but none for recommendation jobs). Default: false.
    """

    endpoint_name_prefix: str | None = field(default=None, metadata=member(kind=PropType(of=str, example='"sm-epc-"')))
    key_services: Sequence[str] = field(
        default=(),
        metadata=member(kind=PropType(of=str, example='["sagemaker", "s3"]', is_list=True, is_required=True)),
    )
    own_account_only: bool = field(default=False, metadata=member(kind=FLAG))

    def key_condition(self, scope: Construct) -> Conditions:
        """Return the condition of statements on keys.

        Args:
            scope: Any construct of the stack.
        """
        if not self.key_services:
            return NO_CONDITION
        # Some partitions have another suffix.
        region = region_of(scope)
        return {"StringLike": {"kms:ViaService": [f"{each}.{region}.*" for each in self.key_services]}}

    def trust_condition(self, scope: Construct) -> Conditions:
        """Return the condition under which SageMaker may assume the role.

        Args:
            scope: Any construct of the stack.
        """
        return {"StringEquals": {"aws:SourceAccount": account_of(scope)}} if self.own_account_only else NO_CONDITION
