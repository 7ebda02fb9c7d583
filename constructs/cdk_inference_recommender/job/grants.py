"""What others may be allowed to do with a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from cdk_inference_recommender.model.job_arn import job_arn
from cdk_inference_recommender.validation.tokens import is_unresolved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct


class InferenceRecommendationsJobGrants:
    """Grants on one recommendation job; see `InferenceRecommendationsJob.grants`.

    SageMaker writes some names in ARNs in lower case and keeps others as they are, and IAM compares ARNs by case. Thus
    a name with capitals is granted in both spellings. A prefix with capitals grants `<prefix in lower case>-*` besides
    the job's own ARN, as the rest of the name is known only at deployment. A name that is a token is granted as it
    resolves: give it the spelling of the job's ARN.
    """

    def __init__(self, job_arns: Iterable[str]) -> None:
        """Use `InferenceRecommendationsJob.grants`.

        Args:
            job_arns: ARN of the job, and other spellings of it.
        """
        self._job_arns = list(dict.fromkeys(job_arns))

    def read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow reading the job, its benchmarks and its scaling recommendations.

        The benchmarks' list supports no narrower resource than `*` (Service Authorization Reference).

        Args:
            grantee: Who may read.
        """
        steps = iam.Grant.add_to_principal(
            actions=["sagemaker:ListInferenceRecommendationsJobSteps"],
            grantee=grantee,
            resource_arns=["*"],
        )
        return self.actions(
            grantee, "sagemaker:DescribeInferenceRecommendationsJob", "sagemaker:GetScalingConfigurationRecommendation"
        ).combine(steps)

    def stop(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow stopping the job while it runs.

        Args:
            grantee: Who may stop it.
        """
        return self.actions(grantee, "sagemaker:StopInferenceRecommendationsJob")

    def actions(self, grantee: iam.IGrantable, *actions: str) -> iam.Grant:
        """Allow any actions on the job.

        Args:
            grantee: Who may.
            *actions: IAM actions, for example `sagemaker:ListTags`.
        """
        return iam.Grant.add_to_principal(actions=list(actions), grantee=grantee, resource_arns=self._job_arns)


def lower_case_arns(scope: Construct, name: str) -> list[str]:
    """Return the ARN with the name in lower case; none where the name is a token, or has no capitals.

    Args:
        scope: Any construct of the job's account and Region.
        name: Name of the job, or a pattern of it.
    """
    return [] if is_unresolved(name) or name == name.lower() else [job_arn(scope, name.lower())]
