"""Network interfaces that a job leaves in the user's VPC.

SageMaker deletes them some minutes after the job. Until then the security group can't be deleted, and the stack's
deletion fails.
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

    from inference_recommendations_handler.aws.clients import Clients

LEFT_BEHIND_SECONDS: Final = 20 * 60
"""Time after which interfaces aren't the job's: a shared security group always has some."""


def any_left(vpc_config: Mapping[str, list[str]], clients: Clients) -> bool:
    """Return whether interfaces with the job's security groups remain in its subnets.

    Return False if the handler has no permission to describe them, and True for temporary errors.
    """
    groups, subnets = vpc_config.get("SecurityGroupIds", []), vpc_config.get("Subnets", [])
    if not groups or not subnets:
        return False
    try:
        found = clients.ec2.describe_network_interfaces(
            Filters=[{"Name": "group-id", "Values": groups}, {"Name": "subnet-id", "Values": subnets}]
        )
    except AWS_ERRORS as error:
        log("network interfaces not described", level="WARNING", errorCode=code_of(error), reason=message_of(error))
        return kind_of(error) in MAY_PASS and not is_denied(error)
    return bool(found.get("NetworkInterfaces"))
