"""What the handler may do for one job, besides what it may do for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from cdk_inference_recommender.inference_recommender_provider import InferenceRecommenderProvider, job_arn
from cdk_inference_recommender.kms_key import key_statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_kms import IKey
    from constructs import Construct


def handler_policy(job: Construct, *, job_name: str, role: iam.IRole, keys: Sequence[IKey | str | None]) -> iam.Policy:
    """Allow creating the job, passing its role, and what its keys need of the caller.

    A policy for each job: with a shared one, every job would depend on every other one's role.

    Args:
        job: The job's construct.
        job_name: The name, or a pattern of the names that it may get.
        role: The execution role.
        keys: Its keys, where there are any.
    """
    statements = [
        iam.PolicyStatement(
            actions=["sagemaker:CreateInferenceRecommendationsJob"], resources=[job_arn(job, job_name)]
        ),
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        *(
            key_statement(job, key, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
            for key in keys
            if key is not None
        ),
    ]
    return iam.Policy(job, "HandlerPolicy", roles=[InferenceRecommenderProvider.of(job).role], statements=statements)
