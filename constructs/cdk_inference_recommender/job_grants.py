"""What others may be allowed to do with a job."""

from __future__ import annotations

from aws_cdk import aws_iam as iam


class InferenceRecommendationsJobGrants:
    """Grants on one recommendation job; see `InferenceRecommendationsJob.grants`."""

    def __init__(self, job_arn: str) -> None:
        self._job_arn = job_arn

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
        """Allow any actions on the job's ARN.

        Args:
            grantee: Who may.
            *actions: IAM actions, for example `sagemaker:ListTags`.
        """
        return iam.Grant.add_to_principal(actions=list(actions), grantee=grantee, resource_arns=[self._job_arn])
