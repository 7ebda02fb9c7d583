"""The role that a function runs as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends

from inference_recommender_sandbox.iam.authorization import (
    caller_context,
    permissions_boundary,
    role_policies,
    trusts_service,
)
from inference_recommender_sandbox.iam.policy_evaluation import UNKNOWN_RESOURCE, Decision, RequestContext, decide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LISTING: Final = ("DescribeNetworkInterfaces", "DescribeSubnets")
_MANAGING: Final = ("DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses")


class FunctionRoleError(Exception):
    """Lambda can't use a function's role, or its network; the text is AWS's."""


def check_function_role(
    role_arn: str, *, account_id: str, region: str, vpc_config: Mapping[str, Any] | None = None
) -> None:
    """Make sure that Lambda may assume a role, and that the role may attach the function to a network.

    Args:
        role_arn: ARN of the role.
        account_id: Account of the function.
        region: Region of the function.
        vpc_config: The function's `VpcConfig`; without subnets there is no network. Default: none.

    Raises:
        FunctionRoleError: If not, or if a subnet or a security group doesn't exist.
    """
    if not trusts_service(account_id=account_id, role_arn=role_arn, service="lambda.amazonaws.com", context={}):
        raise FunctionRoleError("The role defined for the function cannot be assumed by Lambda.")
    if not (vpc_config or {}).get("SubnetIds"):
        return
    partition = role_arn.split(":")[1]
    role = {"account_id": account_id, "role_name": role_arn.rpartition("/")[2], "partition": partition}
    policies, boundary = role_policies(**role), permissions_boundary(**role)
    # The calls are Lambda's own, not the function's.
    common = {**caller_context(account_id), "lambda:SourceFunctionArn": None}
    prefix = f"arn:{partition}:ec2:{region}:{account_id}:"
    for action, resource, context in _needed(vpc_config or {}, prefix, account_id, region):
        decision = decide(
            policies, action=f"ec2:{action}", resource=resource, context={**common, **context}, boundary=boundary
        )
        if decision is not Decision.ALLOWED:
            raise FunctionRoleError(f"The provided execution role does not have permissions to call {action} on EC2")


def _needed(
    vpc_config: Mapping[str, Any], prefix: str, account_id: str, region: str
) -> Iterator[tuple[str, str, RequestContext]]:
    """Yield actions, resources and condition keys.

    The actions are those of the Lambda developer guide, functions in a VPC, required IAM permissions. It has `*/*` as
    the resource of those that manage an interface, since Lambda tries one with an id that it makes up. A new interface
    is authorized on its subnet and its security groups, too (Service Authorization Reference, Amazon EC2).
    """
    for action in _LISTING:
        yield action, UNKNOWN_RESOURCE, {}
    yield "CreateNetworkInterface", f"{prefix}network-interface/*", {}
    for kind, id, vpc_id in _network(vpc_config, account_id, region):  # noqa: A001 -- EC2's name for it
        yield "CreateNetworkInterface", f"{prefix}{kind}/{id}", {"ec2:Vpc": f"{prefix}vpc/{vpc_id}"}
    for action in _MANAGING:
        yield action, f"{prefix}*/*", {}


def _network(vpc_config: Mapping[str, Any], account_id: str, region: str) -> Iterator[tuple[str, str, str]]:
    ec2 = ec2_backends[account_id][region]
    for subnet_id in vpc_config["SubnetIds"]:
        try:
            yield "subnet", subnet_id, ec2.get_subnet(subnet_id).vpc_id
        except EC2ClientError as error:
            raise FunctionRoleError(
                "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: "
                f"The subnet ID '{subnet_id}' does not exist"
            ) from error
    for group_id in vpc_config.get("SecurityGroupIds") or ():
        group = ec2.get_security_group_from_id(group_id)
        if group is None:
            raise FunctionRoleError(
                "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error "
                f"Message: The security group '{group_id}' does not exist"
            )
        yield "security-group", group_id, group.vpc_id
