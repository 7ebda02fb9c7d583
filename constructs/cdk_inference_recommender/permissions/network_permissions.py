"""Permissions for network interfaces, bounded by the network as far as it is known at synth.

Resource types and condition keys: Service Authorization Reference, Amazon EC2. A new interface is authorized on its
subnet and its security groups, too, and these know their VPC; the interface itself knows it once it exists. A shared
subnet belongs to another account, so that ARNs of subnets, security groups and VPCs have any account: the ids alone
are unique.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.stack_environment import partition_of, region_of
from cdk_inference_recommender.validation.tokens import is_unresolved

from .granted_statement import GrantedStatement, allow, arn_in_stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from cdk_inference_recommender.model.network import JobNetwork

_CREATE: Final = ("ec2:CreateNetworkInterface",)
_MANAGE_FUNCTION_INTERFACES: Final = (
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


@dataclass(frozen=True, kw_only=True)
class InterfaceNetwork:
    """Where network interfaces are made, as far as it is known.

    Attributes:
        subnet_ids: Ids of the subnets. Empty, or a token that is a list: not known.
        security_group_ids: Ids of the security groups. Likewise.
        vpc_id: Id of the VPC. Default: not known.
    """

    subnet_ids: Sequence[str]
    security_group_ids: Sequence[str]
    vpc_id: str | None = None

    @classmethod
    def of(cls, network: JobNetwork | None) -> InterfaceNetwork | None:
        """Return where a job, or an endpoint, has its interfaces; None without a VPC.

        Args:
            network: Subnets and security groups of the job or the endpoint.
        """
        if network is None:
            return None
        groups = [group.security_group_id for group in network.security_groups]
        return cls(subnet_ids=network.subnet_ids, security_group_ids=groups, vpc_id=network.vpc_id)


def hosting_network_statements(scope: Construct, network: InterfaceNetwork) -> list[GrantedStatement]:
    """Return what SageMaker needs to run containers in a VPC (developer guide, SageMaker roles and VPC access).

    Args:
        scope: Any construct of the stack.
        network: The containers'.
    """
    return [
        allow(
            # None of them supports a narrower resource.
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            ["*"],
            reason="Looks up the VPC. None supports a narrower resource.",
            without="Containers in a VPC don't start.",
        ),
        *_creating(scope, network, without="Containers in a VPC don't start."),
        allow(
            [
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
                "ec2:ModifyNetworkInterfaceAttribute",
            ],
            [arn_in_stack(scope, "ec2", "network-interface/*"), *_groups(scope, network)],
            _in_vpc(scope, network),
            reason="Attaches network interfaces to the containers, and deletes them afterwards.",
            without="Containers in a VPC don't start, or leave network interfaces behind.",
        ),
    ]


def function_network_statements(scope: Construct, network: InterfaceNetwork) -> list[GrantedStatement]:
    """Return what Lambda needs to attach the function to a VPC (developer guide, "Required IAM permissions").

    Lambda tries `DeleteNetworkInterface` with an id that it makes up, so that the guide has `*/*` there.

    Args:
        scope: Any construct of the stack.
        network: The function's.
    """
    return [
        allow(
            ["ec2:DescribeSubnets"],
            ["*"],
            reason="Lets Lambda look up the subnets. The action supports no narrower resource.",
            without="The function isn't created in a VPC.",
        ),
        *_creating(scope, network, without="The function isn't created in a VPC."),
        allow(
            _MANAGE_FUNCTION_INTERFACES,
            [arn_in_stack(scope, "ec2", "*/*")],
            reason="Lets Lambda manage the function's network interfaces.",
            without="The function isn't created in a VPC, or its network interfaces remain.",
        ),
    ]


def deny_network_to_code(function_arn: str) -> GrantedStatement:
    """Return the denial of all this to the function's own code (Lambda developer guide, "Security best practices").

    Args:
        function_arn: ARN of the function.
    """
    return GrantedStatement(
        document={
            "Effect": "Deny",
            "Action": [*_CREATE, *_MANAGE_FUNCTION_INTERFACES],
            "Resource": "*",
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
        },
        reason="Keeps the function's own code from using what Lambda needs to attach it to the VPC.",
        without="Nothing fails, but the function's code could create and delete network interfaces.",
    )


def _creating(scope: Construct, network: InterfaceNetwork, *, without: str) -> list[GrantedStatement]:
    reason = "Creates network interfaces in these subnets, with these security groups."
    named = [*_subnets(scope, network), *_groups(scope, network)]
    interfaces = arn_in_stack(scope, "ec2", "network-interface/*")
    unknown = [each for each in named if each.endswith("/*")]
    if network.vpc_id is None or not unknown:
        return [allow(_CREATE, [interfaces, *named], reason=reason, without=without)]
    known = [each for each in named if each not in unknown]
    return [
        allow(_CREATE, [interfaces, *known], reason=reason, without=without),
        allow(_CREATE, unknown, _in_vpc(scope, network), reason=reason, without=without),
    ]


def _subnets(scope: Construct, network: InterfaceNetwork) -> list[str]:
    return _arns(scope, "subnet", network.subnet_ids)


def _groups(scope: Construct, network: InterfaceNetwork) -> list[str]:
    return _arns(scope, "security-group", network.security_group_ids)


def _arns(scope: Construct, kind: str, ids: Sequence[str]) -> list[str]:
    # A list that CloudFormation knows can't be taken apart here.
    known = ["*"] if not ids or is_unresolved(list(ids)) else ids
    return [_of_any_account(scope, f"{kind}/{each}") for each in known]


def _of_any_account(scope: Construct, resource: str) -> str:
    return f"arn:{partition_of(scope)}:ec2:{region_of(scope)}:*:{resource}"


def _in_vpc(scope: Construct, network: InterfaceNetwork) -> dict[str, dict[str, str]] | None:
    if network.vpc_id is None:
        return None
    return {"ArnLike": {"ec2:Vpc": _of_any_account(scope, f"vpc/{network.vpc_id}")}}
