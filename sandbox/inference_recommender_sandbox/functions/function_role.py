"""The role that a function runs as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.iam.authorization import (
    caller_context,
    permissions_boundary,
    role_policies,
    trusts_service,
)
from inference_recommender_sandbox.iam.policy_evaluation import UNKNOWN_RESOURCE, Decision, decide

if TYPE_CHECKING:
    from collections.abc import Mapping

_NETWORK_ACTIONS: Final = (
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "DeleteNetworkInterface",
    "AssignPrivateIpAddresses",
    "UnassignPrivateIpAddresses",
)
"""Source: Lambda developer guide, giving functions access to resources in a VPC, required IAM permissions."""


class FunctionRoleError(Exception):
    """Lambda can't use a function's role; the text is AWS's."""


def check_function_role(role_arn: str, account_id: str, *, vpc_config: Mapping[str, Any] | None = None) -> None:
    """Make sure that Lambda may assume a role, and that the role may attach the function to a network.

    The guide has the network's permissions on every resource, which the sandbox requires: no page says whether Lambda
    accepts narrower ones.

    Args:
        role_arn: ARN of the role.
        account_id: Account of the function.
        vpc_config: The function's `VpcConfig`; without subnets there is no network. Default: none.

    Raises:
        FunctionRoleError: If not.
    """
    if not trusts_service(account_id=account_id, role_arn=role_arn, service="lambda.amazonaws.com", context={}):
        raise FunctionRoleError("The role defined for the function cannot be assumed by Lambda.")
    if not (vpc_config or {}).get("SubnetIds"):
        return
    role = {"account_id": account_id, "role_name": role_arn.rpartition("/")[2], "partition": role_arn.split(":")[1]}
    policies, boundary = role_policies(**role), permissions_boundary(**role)
    for action in _NETWORK_ACTIONS:
        decision = decide(
            policies,
            action=f"ec2:{action}",
            resource=UNKNOWN_RESOURCE,
            context=caller_context(account_id),
            boundary=boundary,
        )
        if decision is not Decision.ALLOWED:
            raise FunctionRoleError(f"The provided execution role does not have permissions to call {action} on EC2")
