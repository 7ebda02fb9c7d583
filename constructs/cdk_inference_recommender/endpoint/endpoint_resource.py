"""An endpoint as other constructs see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aws_cdk.interfaces.aws_sagemaker import EndpointReference

from cdk_inference_recommender.model.hosting_resource import HostingResource

from .grants import RecommendedEndpointGrants

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_sagemaker as sagemaker

    from .recommended_model import RecommendedModel


class EndpointResource(HostingResource):
    """Base of `RecommendedEndpoint` with its names and permissions.

    The subclass sets the annotated attributes.
    """

    _why_not_retained: ClassVar[str] = (
        "a retained endpoint would lose its model, endpoint configuration, role and autoscaling, and could neither be "
        "updated nor start another instance. Remove the call; termination protection keeps the whole stack."
    )
    _endpoint: sagemaker.CfnEndpoint
    _model: RecommendedModel

    @property
    def endpoint_name(self) -> str:
        """Name of the endpoint."""
        return self._endpoint.attr_endpoint_name

    @property
    def endpoint_arn(self) -> str:
        """ARN of the endpoint."""
        return self._endpoint.ref

    @property
    def endpoint_ref(self) -> EndpointReference:
        """Reference for constructs that take an `IEndpointRef`."""
        return EndpointReference(endpoint_arn=self.endpoint_arn)

    @property
    def model_name(self) -> str:
        """Name of the model; another one for a choice that runs otherwise."""
        return self._model.model_name

    @property
    def grants(self) -> RecommendedEndpointGrants:
        """What others may be allowed to do with the endpoint, for example `endpoint.grants.invoke(function)`."""
        return RecommendedEndpointGrants(self.endpoint_arn)

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow invoking the endpoint; the same as `grants.invoke`.

        Args:
            grantee: Who may invoke it.
        """
        return self.grants.invoke(grantee)

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the policy of the containers' role.

        Args:
            statement: What the containers may do besides.
        """
        self.role.add_to_principal_policy(statement)
