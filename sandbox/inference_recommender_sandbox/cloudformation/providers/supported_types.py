"""The one list of what the sandbox provisions: types of resources, and the attributes that `Fn::GetAtt` gives of each.

Custom resources (`Custom::...` and `AWS::CloudFormation::CustomResource`) are supported besides; their attributes are
what their function responds with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.errors import ValidationError
from inference_recommender_sandbox.cloudformation.template.intrinsics import attribute_references

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SUPPORTED_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ("Id",),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ("Arn",),
    "AWS::CDK::Metadata": (),
    "AWS::CloudFormation::WaitConditionHandle": (),
    "AWS::CloudWatch::Alarm": ("Arn",),
    "AWS::CloudWatch::Dashboard": (),
    "AWS::DynamoDB::Table": ("Arn", "StreamArn"),
    "AWS::EC2::EIP": ("AllocationId", "PublicIp"),
    "AWS::EC2::InternetGateway": ("InternetGatewayId",),
    "AWS::EC2::NatGateway": ("NatGatewayId",),
    "AWS::EC2::Route": ("CidrBlock",),
    "AWS::EC2::RouteTable": ("RouteTableId",),
    "AWS::EC2::SecurityGroup": ("GroupId", "Id", "VpcId"),
    "AWS::EC2::SecurityGroupEgress": ("Id",),
    "AWS::EC2::SecurityGroupIngress": ("Id",),
    "AWS::EC2::Subnet": (
        "AvailabilityZone",
        "CidrBlock",
        "Ipv6CidrBlocks",
        "NetworkAclAssociationId",
        "SubnetId",
        "VpcId",
    ),
    "AWS::EC2::SubnetRouteTableAssociation": ("Id",),
    "AWS::EC2::VPC": (
        "CidrBlock",
        "CidrBlockAssociations",
        "DefaultNetworkAcl",
        "DefaultSecurityGroup",
        "Ipv6CidrBlocks",
        "VpcId",
    ),
    "AWS::EC2::VPCEndpoint": ("CreationTimestamp", "DnsEntries", "Id", "NetworkInterfaceIds"),
    "AWS::EC2::VPCGatewayAttachment": ("AttachmentType",),
    "AWS::ECR::Repository": ("Arn", "RepositoryUri"),
    "AWS::Events::Rule": ("Arn",),
    "AWS::IAM::InstanceProfile": ("Arn",),
    "AWS::IAM::ManagedPolicy": ("PolicyArn",),
    "AWS::IAM::Policy": ("Id",),
    "AWS::IAM::Role": ("Arn", "RoleId"),
    "AWS::IAM::User": ("Arn",),
    "AWS::KMS::Alias": (),
    "AWS::KMS::Key": ("Arn", "KeyId"),
    "AWS::Lambda::EventInvokeConfig": (),
    "AWS::Lambda::Function": ("Arn",),
    "AWS::Lambda::Permission": ("Id",),
    "AWS::Logs::LogGroup": ("Arn",),
    "AWS::S3::Bucket": ("Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"),
    "AWS::S3::BucketPolicy": (),
    "AWS::SNS::Subscription": ("Arn",),
    "AWS::SNS::Topic": ("TopicArn", "TopicName"),
    "AWS::SNS::TopicPolicy": ("Id",),
    "AWS::SQS::Queue": ("Arn", "QueueName", "QueueUrl"),
    "AWS::SQS::QueuePolicy": ("Id",),
    "AWS::SSM::Parameter": ("Type", "Value"),
    "AWS::SageMaker::Endpoint": ("EndpointArn", "EndpointName"),
    "AWS::SageMaker::EndpointConfig": ("EndpointConfigArn", "EndpointConfigName"),
    "AWS::SageMaker::Model": ("ModelArn", "ModelName"),
    "AWS::SageMaker::ModelPackage": ("ModelPackageArn",),
    "AWS::SageMaker::ModelPackageGroup": ("ModelPackageGroupArn",),
    "AWS::StepFunctions::StateMachine": ("Arn", "Name"),
}


def is_custom(resource_type: str) -> bool:
    """Return whether a type is a custom resource."""
    return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"


def check_type(resource_type: str) -> None:
    """Refuse a type that the sandbox doesn't have.

    Raises:
        ValidationError: If it hasn't; AWS may well have it.
    """
    if not is_custom(resource_type) and resource_type not in SUPPORTED_TYPES:
        supported = ", ".join([*SUPPORTED_TYPES, "custom resources"])
        raise ValidationError(f"the sandbox doesn't have {resource_type}; it has: {supported}")


def check_attribute(resource_type: str, name: str) -> None:
    """Refuse an attribute that the sandbox doesn't have.

    Raises:
        ValidationError: If it hasn't; AWS may well have it.
    """
    if is_custom(resource_type):
        return
    check_type(resource_type)
    attributes = SUPPORTED_TYPES[resource_type]
    if name not in attributes:
        supported = ", ".join(attributes) or "none"
        raise ValidationError(f"the sandbox doesn't have the attribute {name} of {resource_type}; it has: {supported}")


def check_supported(resources: Mapping[str, Mapping[str, Any]], outputs: Iterable[Mapping[str, Any]]) -> None:
    """Refuse types and attributes that the sandbox doesn't have, before anything is deployed.

    Args:
        resources: By logical id, those that take part.
        outputs: Those that take part.

    Raises:
        ValidationError: If there is one.
    """
    for resource in resources.values():
        check_type(str(resource["Type"]))
    for value in (*resources.values(), *outputs):
        for logical_id, name in attribute_references(value):
            if logical_id in resources:
                check_attribute(str(resources[logical_id]["Type"]), name)
