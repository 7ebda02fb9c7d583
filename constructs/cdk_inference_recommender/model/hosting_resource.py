"""What a job and an endpoint have in common: a role, and in a VPC security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.validation.stack_resource import StackResource
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam


class HostingResource(StackResource):
    """A resource for which SageMaker runs containers. The subclass sets the annotated attributes."""

    _role: iam.IRole
    _connections: ec2.Connections | None

    @property
    def role(self) -> iam.IRole:
        """The execution role."""
        return self._role

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The execution role, so that the construct is a grantee, as in `bucket.grant_read(construct)`."""
        return self.role

    @property
    def connections(self) -> ec2.Connections:
        """Opens the containers' security groups to others.

        Raises:
            ValidationError: The construct is in no VPC.
        """
        if self._connections is None:
            raise ValidationError(f"{self.node.path}: has no connections without a VPC. Give it a vpc.")
        return self._connections
