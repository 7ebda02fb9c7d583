"""A function's configuration has the ranges that Lambda's has, in templates as in the API."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [
        ({"Timeout": 901}, "'901' at 'timeout' failed to satisfy constraint: Member must have value less than or"),
        ({"Timeout": 0}, "'0' at 'timeout' failed to satisfy constraint: Member must have value greater than or"),
        ({"MemorySize": 10_241}, "'10241' at 'memorySize' failed to satisfy constraint: Member must have value less"),
        ({"MemorySize": 127}, "'127' at 'memorySize' failed to satisfy constraint: Member must have value greater"),
        ({"Environment": {"Variables": {"A": "x" * 4096}}}, "exceeded the 4KB limit"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "Reserved keys used in this request: AWS_REGION"),
    ],
)
def test_a_configuration_out_of_range_is_refused(account: Any, configuration: dict[str, Any], reason: str) -> None:
    common = {"Role": account.role("lambda.amazonaws.com"), "Runtime": "python3.13", "Handler": "index.handler"}
    properties = {"Code": {"ZipFile": "handler = None"}, **common, **configuration}
    stack_id = account.deploy({"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}})
    assert reason in account.reason(stack_id, "Function")
    code = io.BytesIO()
    zipfile.ZipFile(code, "w").close()
    created = {"FunctionName": account.name(), "Code": {"ZipFile": code.getvalue()}, **common}
    functions = boto3.client(
        "lambda",
        endpoint_url=account.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(parameter_validation=False),
    )
    with pytest.raises(ClientError) as refused:
        functions.create_function(**created, **configuration)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert reason in refused.value.response["Error"]["Message"]
    functions.create_function(**created)
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        functions.update_function_configuration(FunctionName=created["FunctionName"], **configuration)


def test_a_role_that_lambda_may_not_assume_is_refused_by_the_api(account: Any) -> None:
    code = io.BytesIO()
    zipfile.ZipFile(code, "w").close()
    created = {"Code": {"ZipFile": code.getvalue()}, "Runtime": "python3.13", "Handler": "index.handler"}
    functions, name, good = account.client("lambda"), account.name(), account.role("lambda.amazonaws.com")
    bad_roles = (account.role("ec2.amazonaws.com"), good.replace(":role/", ":role/elsewhere/"))
    words = "The role defined for the function cannot be assumed by Lambda."
    for role in bad_roles:
        with pytest.raises(ClientError) as refused:
            functions.create_function(FunctionName=name, Role=role, **created)
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
        assert refused.value.response["Error"]["Message"] == words
    functions.create_function(FunctionName=name, Role=good, **created)
    for role in bad_roles:
        with pytest.raises(ClientError, match=words):
            functions.update_function_configuration(FunctionName=name, Role=role)
    assert functions.get_function_configuration(FunctionName=name)["Role"] == good


NETWORK = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]


def network_role(account: Any, *actions: str) -> str:
    role: str = account.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": list(actions), "Resource": "*"})
    return role


@pytest.mark.parametrize("missing", NETWORK)
def test_a_function_in_a_vpc_needs_a_role_that_may_make_its_interfaces(account: Any, missing: str) -> None:
    bad = network_role(account, *(action for action in NETWORK if action != missing))
    good = network_role(account, *NETWORK)
    network = account.client("ec2")
    vpc_id = network.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = network.create_subnet(VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = network.create_security_group(GroupName=account.name(), Description="x", VpcId=vpc_id)["GroupId"]
    within = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    words = f"does not have permissions to call {missing.removeprefix('ec2:')} on EC2"
    common = {"Runtime": "python3.13", "Handler": "index.handler"}
    properties = {"Code": {"ZipFile": "handler = None"}, "Role": bad, "VpcConfig": within, **common}
    stack_id = account.deploy({"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}})
    assert words in account.reason(stack_id, "Function")
    functions, code = account.client("lambda"), io.BytesIO()
    zipfile.ZipFile(code, "w").close()
    outside, inside = account.name(), account.name()
    created = {"Code": {"ZipFile": code.getvalue()}, **common}
    with pytest.raises(ClientError, match=words):
        functions.create_function(FunctionName=outside, Role=bad, VpcConfig=within, **created)
    functions.create_function(FunctionName=outside, Role=bad, **created)
    with pytest.raises(ClientError, match=words):
        functions.update_function_configuration(FunctionName=outside, VpcConfig=within)
    functions.create_function(FunctionName=inside, Role=good, VpcConfig=within, **created)
    with pytest.raises(ClientError, match=words):
        functions.update_function_configuration(FunctionName=inside, Role=bad)


EC2 = "arn:aws:ec2:us-east-1:123456789012:"
BOUNDED = {
    ("ec2:DescribeSubnets", "ec2:DescribeNetworkInterfaces"): ["*"],
    ("ec2:CreateNetworkInterface",): [f"{EC2}network-interface/*", f"{EC2}subnet/SUBNET", f"{EC2}security-group/GROUP"],
    ("ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"): [f"{EC2}*/*"],
}
"""As the developer guide has it, with a new interface's own resources."""


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({}, None),
        ({"SUBNET": "other"}, "CreateNetworkInterface"),
        ({"GROUP": "other"}, "CreateNetworkInterface"),
        ({"network-interface/*": "network-interface/eni-1"}, "CreateNetworkInterface"),
        ({f"{EC2}*/*": f"{EC2}network-interface/*"}, "DeleteNetworkInterface"),
    ],
)
def test_the_network_s_permissions_are_evaluated_on_its_resources(
    account: Any, changed: dict[str, str], missing: str | None
) -> None:
    network = account.client("ec2")
    vpc_id = network.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = network.create_subnet(VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = network.create_security_group(GroupName=account.name(), Description="x", VpcId=vpc_id)["GroupId"]

    def spelled(resource: str) -> str:
        for old, new in {"SUBNET": subnet, "GROUP": group, **changed}.items():
            resource = resource.replace(old, new)
        return resource

    allowed = [
        {"Effect": "Allow", "Action": list(actions), "Resource": [spelled(each) for each in on]}
        for actions, on in BOUNDED.items()
    ]
    denied_to_code = {
        "Effect": "Deny",
        "Action": "ec2:*",
        "Resource": "*",
        "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f"}},
    }
    properties = {
        "Code": {"ZipFile": "handler = None"},
        "Role": account.role("lambda.amazonaws.com", *allowed, denied_to_code),
        "VpcConfig": {"SubnetIds": [subnet], "SecurityGroupIds": [group]},
        "Runtime": "python3.13",
        "Handler": "index.handler",
    }
    stack_id = account.deploy({"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}})
    if missing is None:
        assert account.status(stack_id) == "CREATE_COMPLETE"
    else:
        assert f"permissions to call {missing} on EC2" in account.reason(stack_id, "Function")


@pytest.mark.parametrize(
    ("within", "reason"),
    [
        ({"SubnetIds": ["subnet-1"]}, "The subnet ID 'subnet-1' does not exist"),
        ({"SecurityGroupIds": ["sg-1"]}, "The security group 'sg-1' does not exist"),
    ],
)
def test_a_network_that_does_not_exist_is_refused(account: Any, within: dict[str, Any], reason: str) -> None:
    network = account.client("ec2")
    vpc_id = network.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = network.create_subnet(VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    properties = {
        "Code": {"ZipFile": "handler = None"},
        "Role": network_role(account, *NETWORK),
        "VpcConfig": {"SubnetIds": [subnet]} | within,
        "Runtime": "python3.13",
        "Handler": "index.handler",
    }
    stack_id = account.deploy({"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}})
    assert reason in account.reason(stack_id, "Function")
