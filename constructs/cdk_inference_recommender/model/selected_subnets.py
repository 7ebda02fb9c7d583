"""The subnets that a selection finds in a VPC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2

from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct, IDependable

_ERROR_CODE: Final = re.compile(r"^\w+: ")
"""What recent releases of the CDK put before an error's sentence."""


@dataclass(frozen=True, kw_only=True)
class SelectedSubnets:
    """Subnets, and what is known of their routes.

    Attributes:
        ids: Their ids.
        connected: What their routes consist of.
        vpc_without_private_subnets: Path of the VPC, where others were taken because it has no private subnets.
        isolated: Paths of those that were chosen although they are isolated.
        public: Paths of those that were chosen although they are public.
    """

    ids: Sequence[str]
    connected: Sequence[IDependable]
    vpc_without_private_subnets: str | None = None
    isolated: Sequence[str] = ()
    public: Sequence[str] = ()

    @classmethod
    def of(cls, scope: Construct, vpc: ec2.IVpc, selection: ec2.SubnetSelection | None) -> SelectedSubnets:
        """Select subnets as everywhere in the CDK.

        Args:
            scope: Whose subnets they will be.
            vpc: Their VPC.
            selection: As given. Default: the private ones.

        Raises:
            ValidationError: The selection finds none.
        """
        selection = selection or ec2.SubnetSelection()
        # jsii reads all that was selected at once, and an imported subnet that is known by its id alone has no zone.
        if selection.subnets and not (selection.availability_zones or selection.one_per_az or selection.subnet_filters):
            subnets = selection.subnets
            return cls(
                ids=[subnet.subnet_id for subnet in subnets],
                connected=[subnet.internet_connectivity_established for subnet in subnets],
                isolated=_among(vpc.isolated_subnets, subnets),
                public=_among(vpc.public_subnets, subnets),
            )
        is_chosen = bool(
            selection.subnet_type or selection.subnet_group_name or selection.subnets or selection.subnet_filters
        )
        selected = _select(scope, vpc, selection, is_chosen=is_chosen)
        connected = [selected.internet_connectivity_established]
        if selected.is_pending_lookup:
            # The CLI looks the VPC up after this synthesis. What stands in for it until then isn't checked.
            return cls(ids=selected.subnet_ids or [Aws.NO_VALUE], connected=connected)
        if not selected.subnet_ids:
            raise _none_selected(scope, vpc, "no subnet meets all that it says")
        return cls(
            ids=selected.subnet_ids,
            connected=connected,
            vpc_without_private_subnets=None if is_chosen or vpc.private_subnets else vpc.node.path,
            isolated=_among(vpc.isolated_subnets, selected.subnets) if is_chosen else (),
            public=_among(vpc.public_subnets, selected.subnets) if is_chosen else (),
        )


def _select(scope: Construct, vpc: ec2.IVpc, selection: ec2.SubnetSelection, *, is_chosen: bool) -> ec2.SelectedSubnets:
    try:
        # jsii spreads a struct into keywords where it is a method's last parameter.
        return vpc.select_subnets(
            availability_zones=selection.availability_zones,
            one_per_az=selection.one_per_az,
            subnet_filters=selection.subnet_filters,
            subnet_group_name=selection.subnet_group_name,
            subnets=selection.subnets,
            subnet_type=selection.subnet_type,
        )
    except RuntimeError as error:
        reason = _ERROR_CODE.sub("", str(error)).strip().rstrip(".")
        if not is_chosen:
            reason = "no subnets of it are known"
        elif selection.subnet_type:
            reason = f"it has no subnets of the type {selection.subnet_type.name}"
        raise _none_selected(scope, vpc, reason) from None


def _none_selected(scope: Construct, vpc: ec2.IVpc, reason: str) -> ValidationError:
    return ValidationError(
        f"{scope.node.path}: vpc_subnets selects nothing in the VPC {vpc.node.path}: {reason}. Choose others with "
        "vpc_subnets=ec2.SubnetSelection(...), or add such subnets to the VPC."
    )


def _among(of_a_kind: Sequence[ec2.ISubnet], chosen: Sequence[ec2.ISubnet]) -> list[str]:
    ids = {subnet.subnet_id for subnet in of_a_kind}
    return [subnet.node.path for subnet in chosen if subnet.subnet_id in ids]
