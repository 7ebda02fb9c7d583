"""Network interfaces that a job leaves behind in the user's VPC.

SageMaker removes them some minutes after the job. Until then the security group can't be deleted, and the stack's
deletion would fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import (
    AWS_ERRORS,
    MAY_PASS,
    code_of,
    is_denied,
    kind_of,
    message_of,
)
from inference_recommendations_handler.protocol.log import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_ec2 import EC2Client

LEFT_BEHIND_SECONDS: Final = 20 * 60
"""After this long they aren't the job's; a security group that is shared with others always has some."""


def any_left(vpc_config: Mapping[str, list[str]], client: EC2Client) -> bool:
    """Whether interfaces with the job's security groups are left in its subnets.

    False where that can't be seen; what couldn't be seen for now may be left.
    """
    groups, subnets = vpc_config.get("SecurityGroupIds", []), vpc_config.get("Subnets", [])
    if not groups or not subnets:
        return False
    try:
        found = client.describe_network_interfaces(
            Filters=[{"Name": "group-id", "Values": groups}, {"Name": "subnet-id", "Values": subnets}]
        )
    except AWS_ERRORS as error:
        log("network interfaces not seen", level="WARNING", errorCode=code_of(error), reason=message_of(error))
        return kind_of(error) in MAY_PASS and not is_denied(error)
    return bool(found.get("NetworkInterfaces"))
