"""What the props of an endpoint allow the role of its containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

from .granted_statement import arn_in_stack
from .kms_key import grant_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.aws_sns import ITopic
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

_OBJECT_KEY_ACTIONS: Final = ("kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*")


def grant_output(
    endpoint: Construct,
    role: iam.IRole,
    *,
    destinations: Iterable[tuple[IBucket, str]] = (),
    keys: Iterable[IKeyRef] = (),
    topics: Iterable[ITopic] = (),
) -> None:
    """Allow a role to write what an endpoint puts out; one of `without_policy_updates()` stays as it is.

    Args:
        endpoint: The endpoint.
        role: Its containers' role.
        destinations: Buckets, and patterns of the keys of objects in them.
        keys: Keys that encrypt these objects.
        topics: Topics that are notified.
    """
    for bucket, pattern in destinations:
        bucket.grant_put(role, pattern)
    for key in keys:
        grant_key(endpoint, key, role, *_OBJECT_KEY_ACTIONS)
    for topic in topics:
        topic.grant_publish(role)


def ssm_access_statement() -> iam.PolicyStatement:
    """Return a statement with which containers open channels of Systems Manager's Session Manager."""
    return iam.PolicyStatement(
        # None supports a resource (Service Authorization Reference, Message Gateway Service).
        actions=[
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        resources=["*"],
    )


def describe_alarms_statement(endpoint: Construct, alarm_names: Iterable[str]) -> iam.PolicyStatement:
    """Return a statement with which SageMaker reads the state of alarms during an update.

    The role needs it (developer guide, auto-rollback configuration and monitoring).

    Args:
        endpoint: The endpoint.
        alarm_names: The alarms' names.
    """
    return iam.PolicyStatement(
        actions=["cloudwatch:DescribeAlarms"],
        resources=[arn_in_stack(endpoint, "cloudwatch", f"alarm:{name}") for name in alarm_names],
    )
