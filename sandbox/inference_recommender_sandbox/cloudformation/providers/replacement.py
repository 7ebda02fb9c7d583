"""Which properties of a native resource can't be changed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# `createOnlyProperties` of the types' public resource schemas.
CREATE_ONLY: Final[Mapping[str, frozenset[str]]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": frozenset({"ResourceId", "ScalableDimension", "ServiceNamespace"}),
    "AWS::ApplicationAutoScaling::ScalingPolicy": frozenset(
        {"PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension", "ScalingTargetId"}
    ),
    "AWS::CloudWatch::Alarm": frozenset({"AlarmName"}),
    "AWS::CloudWatch::Dashboard": frozenset({"DashboardName"}),
    "AWS::DynamoDB::Table": frozenset({"TableName", "ImportSourceSpecification"}),
    "AWS::EC2::EIP": frozenset({"NetworkBorderGroup", "TransferAddress", "IpamPoolId", "Address"}),
    "AWS::EC2::NatGateway": frozenset(
        {"VpcId", "SubnetId", "ConnectivityType", "AllocationId", "PrivateIpAddress", "AvailabilityMode"}
    ),
    "AWS::EC2::Route": frozenset(
        {"RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"}
    ),
    "AWS::EC2::RouteTable": frozenset({"VpcId"}),
    "AWS::EC2::SecurityGroup": frozenset({"GroupDescription", "GroupName", "VpcId"}),
    "AWS::EC2::Subnet": frozenset(
        {
            "VpcId",
            "AvailabilityZone",
            "AvailabilityZoneId",
            "CidrBlock",
            "OutpostArn",
            "Ipv6Native",
            "Ipv4IpamPoolId",
            "Ipv4NetmaskLength",
            "Ipv6IpamPoolId",
            "Ipv6NetmaskLength",
        }
    ),
    "AWS::EC2::SubnetRouteTableAssociation": frozenset({"SubnetId", "RouteTableId"}),
    "AWS::EC2::VPC": frozenset({"CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "VpcEncryptionControl"}),
    "AWS::EC2::VPCEndpoint": frozenset(
        {"ServiceName", "VpcEndpointType", "VpcId", "ServiceNetworkArn", "ResourceConfigurationArn", "ServiceRegion"}
    ),
    "AWS::EC2::VPCGatewayAttachment": frozenset({"VpcId"}),
    "AWS::ECR::Repository": frozenset({"RepositoryName", "EncryptionConfiguration"}),
    "AWS::Events::Rule": frozenset({"Name"}),
    "AWS::IAM::InstanceProfile": frozenset({"InstanceProfileName", "Path"}),
    "AWS::IAM::ManagedPolicy": frozenset({"ManagedPolicyName", "Description", "Path"}),
    "AWS::IAM::Role": frozenset({"Path", "RoleName"}),
    "AWS::IAM::User": frozenset({"UserName"}),
    "AWS::KMS::Alias": frozenset({"AliasName"}),
    "AWS::Lambda::EventInvokeConfig": frozenset({"FunctionName", "Qualifier"}),
    "AWS::Lambda::Function": frozenset({"FunctionName", "PackageType", "TenancyConfig"}),
    "AWS::Lambda::Permission": frozenset(
        {
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "SourceAccount",
            "SourceArn",
            "Principal",
            "PrincipalOrgID",
            "Action",
            "EventSourceToken",
        }
    ),
    "AWS::Logs::LogGroup": frozenset({"LogGroupName"}),
    "AWS::S3::Bucket": frozenset({"BucketName", "BucketNamePrefix", "BucketNamespace"}),
    "AWS::S3::BucketPolicy": frozenset({"Bucket"}),
    "AWS::SNS::Subscription": frozenset({"Endpoint", "Protocol", "TopicArn"}),
    "AWS::SNS::Topic": frozenset({"TopicName", "FifoTopic"}),
    "AWS::SQS::Queue": frozenset({"FifoQueue", "QueueName"}),
    "AWS::SSM::Parameter": frozenset({"Name"}),
    "AWS::SageMaker::Endpoint": frozenset({"EndpointName"}),
    "AWS::SageMaker::ModelPackageGroup": frozenset({"ModelPackageGroupName", "ModelPackageGroupDescription"}),
    "AWS::StepFunctions::StateMachine": frozenset({"StateMachineName", "StateMachineType"}),
}

# Of these types only the named properties can be changed in place.
UPDATABLE: Final[Mapping[str, frozenset[str]]] = {
    "AWS::EC2::SecurityGroupEgress": frozenset({"Description"}),
    "AWS::EC2::SecurityGroupIngress": frozenset({"Description"}),
    "AWS::SageMaker::EndpointConfig": frozenset({"Tags"}),
    "AWS::SageMaker::Model": frozenset({"Tags"}),
    "AWS::SageMaker::ModelPackage": frozenset({"Tags", "ModelApprovalStatus", "ApprovalDescription"}),
}


def needs_replacement(resource_type: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether the change from `old` to `new` properties needs a new resource of the type."""
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    if resource_type in UPDATABLE:
        return bool(changed - UPDATABLE[resource_type])
    return bool(changed & CREATE_ONLY.get(resource_type, frozenset()))
