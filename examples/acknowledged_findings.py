"""What compliance tools find in the examples and why it stays, as cdk-nag 3 reads it.

The library gives the reasons for what it decides. The rest is the app's decision: an example costs as little as it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Acknowledgment, Validations

if TYPE_CHECKING:
    from constructs import IConstruct

_CONFIGURE: Final = "An example. In production: InferenceRecommenderProvider.configure(app, {}=...)."
_SETTINGS: Final = {
    "AwsSolutions::AwsSolutions-SF1": "state_machine_logs",
    "AwsSolutions::AwsSolutions-SF2": "tracing",
    "Serverless::Serverless-LambdaTracing": "tracing",
    "Serverless::Serverless-StepFunctionStateMachineXray": "tracing",
    "Serverless::Serverless-LambdaAsyncFailureDestination": "on_failure",
    "Serverless::Serverless-LambdaDLQ": "on_failure",
    "NIST.800.53.R5::NIST.800.53.R5-LambdaDLQ": "on_failure",
    "NIST.800.53.R5::NIST.800.53.R5-LambdaConcurrency": "reserved_concurrent_executions",
    "NIST.800.53.R5::NIST.800.53.R5-LambdaInsideVPC": "vpc",
    "PCI.DSS.321::PCI.DSS.321-LambdaInsideVPC": "vpc",
    "NIST.800.53.R5::NIST.800.53.R5-CloudWatchLogGroupEncrypted": "log_group",
    "PCI.DSS.321::PCI.DSS.321-CloudWatchLogGroupEncrypted": "log_group",
}
NO_VOLUME_KEY: Final = (
    "NIST.800.53.R5::NIST.800.53.R5-SageMakerEndpointConfigurationKMSKeyConfigured",
    "PCI.DSS.321::PCI.DSS.321-SageMakerEndpointConfigurationKMSKeyConfigured",
)
PLAIN_BUCKET: Final = (
    "AwsSolutions::AwsSolutions-S1",
    *(
        f"{pack}::{pack}-{rule}"
        for pack in ("NIST.800.53.R5", "PCI.DSS.321")
        for rule in (
            "S3BucketLoggingEnabled",
            "S3BucketReplicationEnabled",
            "S3BucketVersioningEnabled",
            "S3DefaultEncryptionKMS",
        )
    ),
)
_PLAIN_NETWORK: Final = (
    "AwsSolutions::AwsSolutions-VPC7",
    *(
        f"{pack}::{pack}-{rule}"
        for pack in ("NIST.800.53.R5", "PCI.DSS.321")
        for rule in ("VPCFlowLogsEnabled", "VPCNoUnrestrictedRouteToIGW", "VPCSubnetAutoAssignPublicIpDisabled")
    ),
)
ALARM_WITHOUT_ACTION: Final = "NIST.800.53.R5::NIST.800.53.R5-CloudWatchAlarmAction"
INLINE_POLICY: Final = (
    "NIST.800.53.R5::NIST.800.53.R5-IAMNoInlinePolicy",
    "PCI.DSS.321::PCI.DSS.321-IAMNoInlinePolicy",
)


def acknowledge(construct: IConstruct, reason: str, *findings: str) -> None:
    """Acknowledge findings of a construct and of what is within it."""
    Validations.of(construct).acknowledge(*(Acknowledgment(id=finding, reason=reason) for finding in findings))


def acknowledge_defaults(stack: IConstruct) -> None:
    """Acknowledge what the library's provider isn't configured with."""
    for finding, setting in _SETTINGS.items():
        acknowledge(stack, _CONFIGURE.format(setting), finding)


def wildcards(*found: str) -> list[str]:
    """Return the findings of wildcards in a policy, such as `Action::s3:List*`."""
    return [f"AwsSolutions::AwsSolutions-IAM5[{each}]" for each in found]


def acknowledge_granted(role: IConstruct) -> None:
    """Acknowledge what the CDK's `bucket.grant_read` and `repository.grant_pull` allow a role of `ModelStack`."""
    objects = "Resource::arn:<AWS::Partition>:s3:::sagemaker-<AWS::Region>-<AWS::AccountId>/*"
    acknowledge(
        role,
        "What the CDK's bucket.grant_read and repository.grant_pull allow; the latter's token is of no repository.",
        *wildcards("Action::s3:GetBucket*", "Action::s3:GetObject*", "Action::s3:List*", "Resource::*", objects),
    )
    acknowledge(role, "The permissions belong to this role alone, and are deleted with it.", *INLINE_POLICY)


def acknowledge_network(network: IConstruct) -> None:
    """Acknowledge what a plain network leaves out."""
    acknowledge(network, "An example. In production: your own network.", *_PLAIN_NETWORK)
