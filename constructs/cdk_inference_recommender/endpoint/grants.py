"""Permissions on an endpoint for other principals."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_iam as iam


class RecommendedEndpointGrants:
    """Grants on one endpoint; see `RecommendedEndpoint.grants`."""

    def __init__(self, endpoint_arn: str) -> None:
        """Use `RecommendedEndpoint.grants`.

        Args:
            endpoint_arn: ARN of the endpoint.
        """
        self._endpoint_arn: Final = endpoint_arn

    def invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow invoking the endpoint, with a response in one piece or as a stream.

        Args:
            grantee: Who may invoke it.
        """
        return self.actions(grantee, "sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream")

    def actions(self, grantee: iam.IGrantable, *actions: str) -> iam.Grant:
        """Allow any actions on the endpoint.

        Args:
            grantee: Who may.
            *actions: IAM actions, for example `sagemaker:DescribeEndpoint`.
        """
        return iam.Grant.add_to_principal(actions=list(actions), grantee=grantee, resource_arns=[self._endpoint_arn])
