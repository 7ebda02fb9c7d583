"""Types that a deployment needs really exist where other services look them up, and are gone after it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _att(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def _of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


NETWORK = {
    "Vpc": _of("EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsHostnames=True, EnableDnsSupport=True),
    "Subnet": _of("EC2::Subnet", VpcId=_ref("Vpc"), CidrBlock="10.0.0.0/24", MapPublicIpOnLaunch=True),
    "Gateway": _of("EC2::InternetGateway"),
    "Attachment": _of("EC2::VPCGatewayAttachment", VpcId=_ref("Vpc"), InternetGatewayId=_ref("Gateway")),
    "Table": _of("EC2::RouteTable", VpcId=_ref("Vpc")),
    "Association": _of("EC2::SubnetRouteTableAssociation", RouteTableId=_ref("Table"), SubnetId=_ref("Subnet")),
    "Route": _of("EC2::Route", RouteTableId=_ref("Table"), DestinationCidrBlock="0.0.0.0/0", GatewayId=_ref("Gateway"))
    | {"DependsOn": "Attachment"},
    "Address": _of("EC2::EIP", Domain="vpc"),
    "Nat": _of("EC2::NatGateway", SubnetId=_ref("Subnet"), AllocationId=_att("Address", "AllocationId")),
    "Group": _of(
        "EC2::SecurityGroup",
        VpcId=_ref("Vpc"),
        GroupDescription="group",
        SecurityGroupEgress=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}],
    ),
    "Ingress": _of(
        "EC2::SecurityGroupIngress",
        GroupId=_att("Group", "GroupId"),
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        SourceSecurityGroupId=_att("Group", "GroupId"),
    ),
    "Egress": _of(
        "EC2::SecurityGroupEgress",
        GroupId=_att("Group", "GroupId"),
        IpProtocol="tcp",
        FromPort=80,
        ToPort=80,
        CidrIp="0.0.0.0/0",
    ),
    "Endpoint": _of(
        "EC2::VPCEndpoint",
        VpcId=_ref("Vpc"),
        ServiceName="com.amazonaws.us-east-1.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[_ref("Table")],
    ),
}


def test_a_network_is_made_and_leaves_nothing_behind(account: Any) -> None:
    ec2 = account.client("ec2")
    before = [len(ec2.describe_vpcs()["Vpcs"]), len(ec2.describe_route_tables()["RouteTables"])]
    outputs = {"Group": {"Value": _att("Group", "GroupId")}, "Vpc": {"Value": _ref("Vpc")}}
    stack_id = account.deploy(NETWORK, outputs=outputs)
    assert account.status(stack_id) == "CREATE_COMPLETE", account._raw_events(stack_id)
    group_id = account.outputs(stack_id)["Group"]
    [group] = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert [rule["FromPort"] for rule in group["IpPermissions"]] == [443]
    assert sorted(rule["FromPort"] for rule in group["IpPermissionsEgress"]) == [80, 443]
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    assert [len(ec2.describe_vpcs()["Vpcs"]), len(ec2.describe_route_tables()["RouteTables"])] == before


def test_identities_and_storage(account: Any) -> None:
    resources = {
        "Role": _of("IAM::Role", AssumeRolePolicyDocument=TRUST),
        "Policy": _of("IAM::Policy", PolicyName="p", PolicyDocument=ALLOW_ALL, Roles=[_ref("Role")]),
        "Managed": _of("IAM::ManagedPolicy", PolicyDocument=ALLOW_ALL),
        "Bucket": _of("S3::Bucket"),
        "BucketPolicy": _of(
            "S3::BucketPolicy",
            Bucket=_ref("Bucket"),
            PolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        ),
        "Key": _of("KMS::Key", KeyPolicy={"Version": "2012-10-17", "Statement": []}),
        "Alias": _of("KMS::Alias", AliasName=f"alias/{account.name()}", TargetKeyId=_ref("Key")),
        "Repository": _of("ECR::Repository"),
        "Topic": _of("SNS::Topic"),
        "Alarm": _of(
            "CloudWatch::Alarm",
            Namespace="n",
            MetricName="m",
            Statistic="Sum",
            Period="60",
            EvaluationPeriods="1",
            Threshold="1",
            ComparisonOperator="GreaterThanThreshold",
            AlarmActions=[_ref("Topic")],
        ),
        "Group": _of("Logs::LogGroup", RetentionInDays=7),
    }
    outputs = {
        "Role": {"Value": _ref("Role")},
        "RoleArn": {"Value": _att("Role", "Arn")},
        "Bucket": {"Value": _ref("Bucket")},
        "Alarm": {"Value": _ref("Alarm")},
        "Group": {"Value": _ref("Group")},
        "GroupArn": {"Value": _att("Group", "Arn")},
    }
    stack_id = account.deploy(resources, outputs=outputs)
    assert account.status(stack_id) == "CREATE_COMPLETE", account._raw_events(stack_id)
    found = account.outputs(stack_id)
    assert found["RoleArn"] == f"arn:aws:iam::123456789012:role/{found['Role']}"
    assert found["GroupArn"].endswith(f":log-group:{found['Group']}:*")
    account.client("s3").put_object(Bucket=found["Bucket"], Key="k", Body=b"x")
    account.client("s3").delete_object(Bucket=found["Bucket"], Key="k")
    [alarm] = account.client("cloudwatch").describe_alarms(AlarmNames=[found["Alarm"]])["MetricAlarms"]
    assert alarm["Threshold"] == 1.0
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    roles = [role["RoleName"] for role in account.client("iam").list_roles()["Roles"]]
    assert found["Role"] not in roles


def test_a_bucket_that_is_not_empty_cannot_be_deleted(account: Any) -> None:
    stack_id = account.deploy({"Bucket": _of("S3::Bucket")}, outputs={"Name": {"Value": _ref("Bucket")}})
    bucket = account.outputs(stack_id)["Name"]
    account.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    assert account.delete(stack_id) == "DELETE_FAILED"


def test_models_endpoints_and_autoscaling(account: Any) -> None:
    variant = {
        "VariantName": "v",
        "ModelName": _att("Model", "ModelName"),
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": "1",
        "InitialVariantWeight": 1,
    }
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/v"},
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    tracking = {
        "TargetValue": "70",
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    }
    resources = {
        "Model": _of(
            "SageMaker::Model",
            ExecutionRoleArn=account.role("sagemaker.amazonaws.com"),
            PrimaryContainer={"Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3-cpu"},
        ),
        "Configuration": _of("SageMaker::EndpointConfig", ProductionVariants=[variant]),
        "Endpoint": _of("SageMaker::Endpoint", EndpointConfigName=_att("Configuration", "EndpointConfigName")),
        "Target": _of("ApplicationAutoScaling::ScalableTarget", MinCapacity="1", MaxCapacity=3, **target),
        "Policy": _of(
            "ApplicationAutoScaling::ScalingPolicy",
            PolicyName="p",
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=_ref("Target"),
            TargetTrackingScalingPolicyConfiguration=tracking,
        ),
    }
    stack_id = account.deploy(resources, outputs={"Name": {"Value": _att("Endpoint", "EndpointName")}})
    assert account.status(stack_id) == "CREATE_COMPLETE", account._raw_events(stack_id)
    name = account.outputs(stack_id)["Name"]
    endpoint = account.client("sagemaker").describe_endpoint(EndpointName=name)
    assert endpoint["ProductionVariants"][0]["CurrentInstanceCount"] == 1
    scaling = account.client("application-autoscaling")
    [found] = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert found["ResourceId"] == f"endpoint/{name}/variant/v"
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []
    assert account.client("sagemaker").list_endpoints()["Endpoints"] == []


def test_a_model_package_is_registered_under_its_versioned_name(account: Any) -> None:
    name = account.name()
    resources = {
        "Group": _of("SageMaker::ModelPackageGroup", ModelPackageGroupName=name),
        "Package": _of("SageMaker::ModelPackage", ModelPackageGroupName=name) | {"DependsOn": "Group"},
    }
    stack_id = account.deploy(resources, outputs={"Arn": {"Value": _ref("Package")}})
    assert account.status(stack_id) == "CREATE_COMPLETE", account._raw_events(stack_id)
    assert account.outputs(stack_id)["Arn"].endswith(f":model-package/{name}/1")


def test_a_function_is_updated_in_place_and_runs_its_new_code(account: Any) -> None:
    role = account.role("lambda.amazonaws.com")

    def function(code: str, **properties: Any) -> dict[str, Any]:
        common = {"Handler": "index.handler", "Runtime": "python3.13", "Role": role}
        return _of("Lambda::Function", Code={"ZipFile": code}, **common, **properties)

    outputs = {"Name": {"Value": _ref("Function")}}
    code = "import os\ndef handler(event, context):\n    return os.environ.get('A', '{}')"
    stack_id = account.deploy({"Function": function(code.format("one"))}, outputs=outputs)
    name = account.outputs(stack_id)["Name"]

    def response() -> Any:
        return json.loads(account.client("lambda").invoke(FunctionName=name)["Payload"].read())

    assert response() == "one"
    changed = function(code.format("two"), Environment={"Variables": {"A": "variable"}}, Timeout=7)
    account.deploy({"Function": changed}, name=stack_id, outputs=outputs)
    assert account.outputs(stack_id)["Name"] == name
    assert response() == "variable"
    configuration = account.client("lambda").get_function_configuration(FunctionName=name)
    assert configuration["Timeout"] == 7
    account.deploy({"Function": function(code.format("three"))}, name=stack_id, outputs=outputs)
    assert response() == "three"


@pytest.mark.parametrize("attribute", ["Unknown", "Value.Nonsense"])
def test_an_attribute_that_does_not_exist_is_refused_before_anything_is_deployed(account: Any, attribute: str) -> None:
    resources = {
        "Parameter": _of("SSM::Parameter", Type="String", Value="x"),
        "User": _of("SSM::Parameter", Type="String", Value=_att("Parameter", attribute)),
    }
    expected = f"the sandbox doesn't have the attribute {attribute} of AWS::SSM::Parameter; it has: Type, Value"
    with pytest.raises(ClientError, match=expected):
        account.deploy(resources)
    assert account.client("ssm").describe_parameters()["Parameters"] == []
