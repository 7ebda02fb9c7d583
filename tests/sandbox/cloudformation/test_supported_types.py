"""The list of what the sandbox provisions is true: each type is made, changed and deleted, with each attribute."""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from inference_recommender_sandbox.cloudformation.providers.replacement import CREATE_ONLY, UPDATABLE
from inference_recommender_sandbox.cloudformation.providers.supported_types import SUPPORTED_TYPES

# Where cfn-lint has them. The import of it takes a second and a half.
SCHEMAS = Path(str(distribution("cfn-lint").locate_file("cfnlint/data/schemas")))
LISTS = {"CidrBlockAssociations", "DnsEntries", "Ipv6CidrBlocks", "NetworkInterfaceIds"}
MAY_BE_EMPTY = {"DnsEntries", "Ipv6CidrBlocks", "NetworkInterfaceIds"}
NOTHING: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
SENDING = {
    **NOTHING,
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}],
}
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/i:1"


def schema(resource_type: str) -> dict[str, Any]:
    """Return the public schema of a type."""
    names = json.loads((SCHEMAS / "providers/us-east-1.json").read_text())
    found: dict[str, Any] = json.loads((SCHEMAS / "resources" / f"{names[resource_type]}.json").read_text())
    return found


def _of(kind: str, after: str | None = None, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties} | ({"DependsOn": after} if after else {})


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _att(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def _trust(service: str) -> dict[str, Any]:
    principal = {"Service": f"{service}.amazonaws.com"}
    return {**NOTHING, "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}


def everything(name: str, *, owner: str) -> dict[str, dict[str, Any]]:
    """Return one resource of each type, with what changes between two versions."""
    tags = [{"Key": "owner", "Value": owner}]
    seconds = 30 + len(owner)
    rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": seconds, "ToPort": seconds, "CidrIp": "10.0.0.0/8"}
    allowed = {**NOTHING, "Statement": [{"Effect": "Allow", "Action": f"s3:{owner}", "Resource": "*"}]}
    variant = {
        "VariantName": "v",
        "ModelName": _att("Model", "ModelName"),
        "InstanceType": "ml.c5.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1,
    }
    metric: dict[str, Any] = {
        "Namespace": "n",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
    }
    target: dict[str, Any] = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/v"},
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    tracking = {
        "TargetValue": seconds,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }
    return {
        "Metadata": _of("CDK::Metadata"),
        "Handle": _of("CloudFormation::WaitConditionHandle"),
        "Alarm": _of("CloudWatch::Alarm", Threshold=seconds, ComparisonOperator="GreaterThanThreshold", **metric),
        "Dashboard": _of("CloudWatch::Dashboard", DashboardBody=json.dumps({"widgets": [], "start": owner})),
        "Table": _of(
            "DynamoDB::Table",
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamViewType": "KEYS_ONLY"},
        ),
        "Vpc": _of("EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsHostnames=owner == "you", Tags=tags),
        "Subnet": _of(
            "EC2::Subnet", VpcId=_ref("Vpc"), CidrBlock="10.0.0.0/24", MapPublicIpOnLaunch=owner == "you", Tags=tags
        ),
        "Gateway": _of("EC2::InternetGateway", Tags=tags),
        "Attachment": _of("EC2::VPCGatewayAttachment", VpcId=_ref("Vpc"), InternetGatewayId=_ref("Gateway")),
        "Routes": _of("EC2::RouteTable", VpcId=_ref("Vpc"), Tags=tags),
        "Association": _of("EC2::SubnetRouteTableAssociation", RouteTableId=_ref("Routes"), SubnetId=_ref("Subnet")),
        "Address": _of("EC2::EIP", Domain="vpc", Tags=tags),
        "Nat": _of("EC2::NatGateway", SubnetId=_ref("Subnet"), AllocationId=_att("Address", "AllocationId"), Tags=tags),
        "Route": _of(
            "EC2::Route",
            after="Attachment",
            RouteTableId=_ref("Routes"),
            DestinationCidrBlock="0.0.0.0/0",
            **({"NatGatewayId": _ref("Nat")} if owner == "you" else {"GatewayId": _ref("Gateway")}),
        ),
        "Group": _of(
            "EC2::SecurityGroup",
            VpcId=_ref("Vpc"),
            GroupDescription="group",
            SecurityGroupIngress=[rule],
            SecurityGroupEgress=[rule],
            Tags=tags,
        ),
        "Ingress": _of("EC2::SecurityGroupIngress", GroupId=_ref("Group"), **rule | {"FromPort": 1, "ToPort": 2}),
        "Egress": _of("EC2::SecurityGroupEgress", GroupId=_ref("Group"), **rule | {"FromPort": 1, "ToPort": 2}),
        "Service": _of(
            "EC2::VPCEndpoint",
            VpcId=_ref("Vpc"),
            ServiceName="com.amazonaws.us-east-1.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[_ref("Routes")] if owner == "you" else [],
            Tags=tags,
        ),
        "Repository": _of("ECR::Repository", ImageScanningConfiguration={"ScanOnPush": owner == "you"}),
        "Rule": _of("Events::Rule", ScheduleExpression=f"rate({seconds} minutes)"),
        "Role": _of("IAM::Role", AssumeRolePolicyDocument=_trust("lambda"), Tags=tags),
        "Serving": _of("IAM::Role", AssumeRolePolicyDocument=_trust("sagemaker")),
        "Stepping": _of("IAM::Role", AssumeRolePolicyDocument=_trust("states")),
        "Policy": _of("IAM::Policy", PolicyName="p", PolicyDocument=allowed, Roles=[_ref("Role")]),
        "Managed": _of("IAM::ManagedPolicy", PolicyDocument=allowed),
        "Profile": _of("IAM::InstanceProfile", Roles=[_ref("Role")]),
        "User": _of("IAM::User"),
        "Key": _of("KMS::Key", KeyPolicy=NOTHING, EnableKeyRotation=owner == "you", Tags=tags),
        "Alias": _of("KMS::Alias", AliasName=f"alias/{name}", TargetKeyId=_ref("Key")),
        "Function": _of(
            "Lambda::Function",
            Code={"ZipFile": "def handler(event, context): pass"},
            Handler="index.handler",
            Runtime="python3.13",
            Role=_att("Role", "Arn"),
            Timeout=seconds,
        ),
        "Invocations": _of(
            "Lambda::EventInvokeConfig",
            FunctionName=_ref("Function"),
            Qualifier="$LATEST",
            MaximumEventAgeInSeconds=60 + seconds,
        ),
        "Permission": _of(
            "Lambda::Permission",
            FunctionName=_ref("Function"),
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
        ),
        "Log": _of("Logs::LogGroup", RetentionInDays=7 if owner == "me" else 14),
        "Bucket": _of(
            "S3::Bucket",
            Tags=tags,
            VersioningConfiguration={"Status": "Enabled" if owner == "you" else "Suspended"},
            PublicAccessBlockConfiguration={"BlockPublicAcls": owner == "you"},
        ),
        "BucketPolicy": _of("S3::BucketPolicy", Bucket=_ref("Bucket"), PolicyDocument={**NOTHING, "Id": owner}),
        "Topic": _of("SNS::Topic", DisplayName=owner, Tags=tags),
        "TopicPolicy": _of("SNS::TopicPolicy", Topics=[_ref("Topic")], PolicyDocument={**NOTHING, "Id": owner}),
        "Queue": _of("SQS::Queue", VisibilityTimeout=seconds, Tags=tags),
        "QueuePolicy": _of("SQS::QueuePolicy", Queues=[_ref("Queue")], PolicyDocument=SENDING),
        "Subscription": _of("SNS::Subscription", TopicArn=_ref("Topic"), Protocol="sqs", Endpoint=_att("Queue", "Arn")),
        "Parameter": _of("SSM::Parameter", Type="String", Value=owner),
        "Model": _of(
            "SageMaker::Model",
            ExecutionRoleArn=_att("Serving", "Arn"),
            PrimaryContainer={"Image": IMAGE},
            Tags=tags,
        ),
        "Configuration": _of("SageMaker::EndpointConfig", ProductionVariants=[variant], Tags=tags),
        "Endpoint": _of(
            "SageMaker::Endpoint", EndpointConfigName=_att("Configuration", "EndpointConfigName"), Tags=tags
        ),
        "Packages": _of("SageMaker::ModelPackageGroup", ModelPackageGroupName=name, Tags=tags),
        "Package": _of(
            "SageMaker::ModelPackage",
            after="Packages",
            ModelPackageGroupName=name,
            ModelApprovalStatus="Approved" if owner == "you" else "Rejected",
        ),
        "Scaled": _of("ApplicationAutoScaling::ScalableTarget", MinCapacity=1, MaxCapacity=1 + len(owner), **target),
        "Scaling": _of(
            "ApplicationAutoScaling::ScalingPolicy",
            PolicyName="p",
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=_ref("Scaled"),
            TargetTrackingScalingPolicyConfiguration=tracking,
        ),
        "Machine": _of(
            "StepFunctions::StateMachine",
            RoleArn=_att("Stepping", "Arn"),
            DefinitionString=json.dumps({"Comment": owner, "StartAt": "S", "States": {"S": {"Type": "Succeed"}}}),
        ),
    }


def outputs_of(resources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return an output for each attribute that the list has."""
    return {
        f"{logical_id}{attribute}": {
            "Value": {"Fn::Join": [",", _att(logical_id, attribute)]}
            if attribute in LISTS
            else _att(logical_id, attribute)
        }
        for logical_id, resource in resources.items()
        for attribute in SUPPORTED_TYPES[resource["Type"]]
    }


def remains(account: Any) -> dict[str, Any]:
    """Return what a stack of everything may leave behind."""
    ec2, iam, sagemaker = (account.client(service) for service in ("ec2", "iam", "sagemaker"))
    return {
        "addresses": ec2.describe_addresses()["Addresses"],
        "alarms": account.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "aliases": [each["AliasName"] for each in account.client("kms").list_aliases()["Aliases"]],
        "buckets": account.client("s3").list_buckets()["Buckets"],
        "dashboards": account.client("cloudwatch").list_dashboards()["DashboardEntries"],
        "endpoints": sagemaker.list_endpoints()["Endpoints"],
        "functions": account.client("lambda").list_functions()["Functions"],
        "gateways": ec2.describe_internet_gateways()["InternetGateways"],
        "groups": [each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"]],
        "logs": account.client("logs").describe_log_groups()["logGroups"],
        "machines": account.client("stepfunctions").list_state_machines()["stateMachines"],
        "models": sagemaker.list_models()["Models"],
        "networks": [each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]],
        "packages": sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"],
        "parameters": account.client("ssm").describe_parameters()["Parameters"],
        "policies": iam.list_policies(Scope="Local")["Policies"],
        "profiles": iam.list_instance_profiles()["InstanceProfiles"],
        "queues": account.client("sqs").list_queues().get("QueueUrls"),
        "repositories": account.client("ecr").describe_repositories()["repositories"],
        "roles": [each["RoleName"] for each in iam.list_roles()["Roles"]],
        "rules": account.client("events").list_rules()["Rules"],
        "tables": account.client("dynamodb").list_tables()["TableNames"],
        "topics": account.client("sns").list_topics()["Topics"],
        "users": iam.list_users()["Users"],
    }


def test_every_type_is_made_changed_and_deleted_and_has_its_attributes(account: Any) -> None:
    before = remains(account)
    name = account.name()
    first = everything(name, owner="me")
    assert {resource["Type"] for resource in first.values()} == set(SUPPORTED_TYPES)
    stack_id = account.deploy(first, outputs=outputs_of(first))
    assert account.status(stack_id) == "CREATE_COMPLETE", _failures(account, stack_id)
    made = account.outputs(stack_id)
    empty = {key for key, value in made.items() if value in ("", "None")}
    assert all(any(key.endswith(name) for name in MAY_BE_EMPTY) for key in empty), empty

    second = everything(name, owner="you")
    account.deploy(second, name=stack_id, outputs=outputs_of(second))
    assert account.status(stack_id) == "UPDATE_COMPLETE", _failures(account, stack_id)
    changed = account.outputs(stack_id)
    assert {key for key in made if made[key] != changed[key]} == {"ParameterValue"}
    _check_changes(account, changed)

    # A key is only scheduled for deletion, which is all that KMS does.
    assert account.delete(stack_id) == "DELETE_COMPLETE", _failures(account, stack_id)
    assert remains(account) == before
    key = account.client("kms").describe_key(KeyId=made["KeyKeyId"])["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"


def _failures(account: Any, stack_id: str) -> list[tuple[str, str | None]]:
    return [
        (event["LogicalResourceId"], event.get("ResourceStatusReason"))
        for event in account._raw_events(stack_id)
        if event["ResourceStatus"].endswith("FAILED")
    ]


def _check_changes(account: Any, outputs: dict[str, str]) -> None:
    owner = {"Key": "owner", "Value": "you"}
    ec2, sqs = account.client("ec2"), account.client("sqs")
    [vpc] = ec2.describe_vpcs(VpcIds=[outputs["VpcVpcId"]])["Vpcs"]
    assert owner in vpc["Tags"]
    [subnet] = ec2.describe_subnets(SubnetIds=[outputs["SubnetSubnetId"]])["Subnets"]
    assert subnet["MapPublicIpOnLaunch"]
    assert owner in subnet["Tags"]
    [group] = ec2.describe_security_groups(GroupIds=[outputs["GroupGroupId"]])["SecurityGroups"]
    for rules in (group["IpPermissions"], group["IpPermissionsEgress"]):
        assert sorted(rule["FromPort"] for rule in rules) == [1, 33]
    [address] = ec2.describe_addresses(AllocationIds=[outputs["AddressAllocationId"]])["Addresses"]
    assert address["Tags"] == [owner]
    [endpoint] = ec2.describe_vpc_endpoints(VpcEndpointIds=[outputs["ServiceId"]])["VpcEndpoints"]
    assert endpoint["RouteTableIds"] == [outputs["RoutesRouteTableId"]]
    attributes = sqs.get_queue_attributes(QueueUrl=outputs["QueueQueueUrl"], AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "33"
    assert json.loads(attributes["Policy"]) == SENDING
    bucket = outputs["BucketArn"].rpartition(":")[2]
    assert account.client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert account.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"] == [owner]
    assert account.client("kms").get_key_rotation_status(KeyId=outputs["KeyKeyId"])["KeyRotationEnabled"]
    topic = account.client("sns").get_topic_attributes(TopicArn=outputs["TopicTopicArn"])["Attributes"]
    assert topic["DisplayName"] == "you"


@pytest.mark.parametrize("resource_type", SUPPORTED_TYPES)
def test_its_attributes_and_replacements_are_those_of_the_public_schema(resource_type: str) -> None:
    found = schema(resource_type)
    assert set(SUPPORTED_TYPES[resource_type]) <= found["properties"].keys()
    paths = [path.split("/")[2:] for path in found.get("createOnlyProperties", [])]
    create_only = {path[0] for path in paths if len(path) == 1}
    if resource_type in UPDATABLE:
        assert not create_only & UPDATABLE[resource_type]
    else:
        assert create_only <= CREATE_ONLY.get(resource_type, frozenset())
