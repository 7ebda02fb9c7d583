"""Where the endpoints under test have their network interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2

from cdk_inference_recommender.validation.validation_error import ValidationError

from .selected_subnets import SelectedSubnets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct, IDependable


@dataclass(frozen=True, kw_only=True)
class JobNetwork:
    """Subnets and security groups of a job.

    Attributes:
        subnet_ids: Ids of the subnets.
        security_groups: The given ones, or one of the job's own.
        connections: Opens the security groups to others.
        established: What the job has to wait for: routes, and the security groups' rules.
        selected: How the subnets were found in a VPC. Default: only their ids are known.
        vpc_id: Id of the VPC. Default: not known.
    """

    subnet_ids: Sequence[str]
    security_groups: Sequence[ec2.ISecurityGroup]
    connections: ec2.Connections
    established: Sequence[IDependable]
    selected: SelectedSubnets | None = None
    vpc_id: str | None = None

    def ids(self) -> dict[str, list[str]]:
        """Return the network as the API takes it."""
        members = {
            "SecurityGroupIds": [group.security_group_id for group in self.security_groups],
            "Subnets": list(self.subnet_ids),
        }
        return {name: ids for name, ids in members.items() if ids}

    @classmethod
    def of_ids(cls, scope: Construct, *, subnet_ids: Sequence[str], security_group_ids: Sequence[str]) -> JobNetwork:
        """Return subnets and security groups that exist, and need no waiting for.

        Args:
            scope: The job.
            subnet_ids: Ids of the subnets.
            security_group_ids: Ids of the security groups.
        """
        groups = [
            ec2.SecurityGroup.from_security_group_id(scope, f"SecurityGroup{index}", group)
            for index, group in enumerate(security_group_ids)
        ]
        return cls(
            subnet_ids=subnet_ids,
            security_groups=groups,
            connections=ec2.Connections(security_groups=groups),
            established=[],
        )

    @classmethod
    def of(
        cls,
        scope: Construct,
        *,
        vpc: ec2.IVpc | None,
        vpc_subnets: ec2.SubnetSelection | None,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
        description: str = "Endpoints of a SageMaker Inference Recommender job",
    ) -> JobNetwork | None:
        """Select the subnets, and make a security group where none is given; nothing without a VPC.

        Args:
            scope: The job.
            vpc: As given.
            vpc_subnets: As given. Default: the VPC's private subnets.
            security_groups: As given.
            description: Of the security group that is made.

        Raises:
            ValidationError: Subnets or security groups are given, but no VPC. Or the selection finds no subnets.
        """
        if vpc is None:
            stray = [
                name for name, value in (("vpc_subnets", vpc_subnets), ("security_groups", security_groups)) if value
            ]
            if stray:
                raise ValidationError(
                    f"{scope.node.path}: {' and '.join(stray)} given without vpc. Give the vpc that they belong to."
                )
            return None
        selected = SelectedSubnets.of(scope, vpc, vpc_subnets)
        groups = list(security_groups or ()) or [
            ec2.SecurityGroup(scope, "SecurityGroup", vpc=vpc, description=description)
        ]
        return cls(
            subnet_ids=selected.ids,
            security_groups=groups,
            connections=ec2.Connections(security_groups=groups),
            established=[*selected.connected, *groups],
            selected=selected,
            vpc_id=vpc.vpc_id,
        )
