"""An app with nothing of this library in it deploys, changes and goes, as it would on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import cloud_assembly
from tests.e2e.commands import deploy
from tests.e2e.new_app import new_app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

STACK = "NewApp"


def outputs(aws: LocalAws) -> dict[str, str]:
    [stack] = aws.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {item["OutputKey"].removesuffix("Out"): item["OutputValue"] for item in stack["Outputs"]}


def existing(aws: LocalAws) -> dict[str, list[str]]:
    """Everything that an app may leave behind."""
    ec2 = aws.client("ec2")
    return {
        "addresses": [each["PublicIp"] for each in ec2.describe_addresses()["Addresses"]],
        "buckets": [each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]],
        "endpoints": [
            each["VpcEndpointId"] for each in ec2.describe_vpc_endpoints()["VpcEndpoints"] if each["State"] != "deleted"
        ],
        "functions": [each["FunctionName"] for each in aws.client("lambda").list_functions()["Functions"]],
        "gateways": [each["InternetGatewayId"] for each in ec2.describe_internet_gateways()["InternetGateways"]],
        "groups": [each["GroupId"] for each in ec2.describe_security_groups()["SecurityGroups"]],
        "networks": [each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]],
        "queues": aws.client("sqs").list_queues().get("QueueUrls", []),
        "roles": [each["RoleName"] for each in aws.client("iam").list_roles()["Roles"]],
        "routes": [each["RouteTableId"] for each in ec2.describe_route_tables()["RouteTables"]],
        "state machines": [
            each["stateMachineArn"] for each in aws.client("stepfunctions").list_state_machines()["stateMachines"]
        ],
        "subnets": [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]],
        "translations": [
            each["NatGatewayId"] for each in ec2.describe_nat_gateways()["NatGateways"] if each["State"] != "deleted"
        ],
    }


def messages(aws: LocalAws, queue: str) -> list[str]:
    """Return what is in a queue, and take it out: in 30 s of a busy machine it would be there again."""
    client = aws.client("sqs")
    received = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    for each in received:
        client.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
    return [each["Body"] for each in received]


def test_a_new_app_deploys_changes_and_leaves_nothing(bootstrapped: LocalAws, tmp_path: Path) -> None:
    aws = bootstrapped
    before = existing(aws)
    first = deploy(aws, new_app(tmp_path / "1", STACK, greeting="hello", owner="me", visibility=30))
    assert first.code == 0, first.output
    made = outputs(aws)
    assert made["Greeted"] == "HELLO"
    assert made["Visibility"] == "30"
    assert messages(aws, made["Queue"]) == ["hello"]
    [group] = aws.client("ec2").describe_security_groups(GroupIds=[made["DefaultGroup"]])["SecurityGroups"]
    assert group["VpcId"] == made["Vpc"]
    assert not group["IpPermissions"], "the default group lets nothing in"
    assert not group["IpPermissionsEgress"], "the default group lets nothing out"
    for body in (b"old", b"new"):
        aws.client("s3").put_object(Bucket=made["Bucket"], Key="file", Body=body)

    # How the CLI updates a stack is in `test_composition.py`.
    second = new_app(tmp_path / "2", STACK, greeting="goodbye", owner="you", visibility=60)
    assert cloud_assembly.deploy(aws, second) == []
    changed = outputs(aws)
    assert changed["Greeted"] == "GOODBYE"
    assert changed["Visibility"] == "60"
    assert messages(aws, made["Queue"]) == ["goodbye"]
    assert {name: changed[name] for name in ("Bucket", "Queue", "Vpc")} == {
        name: made[name] for name in ("Bucket", "Queue", "Vpc")
    }
    [network] = aws.client("ec2").describe_vpcs(VpcIds=[made["Vpc"]])["Vpcs"]
    assert {"Key": "owner", "Value": "you"} in network["Tags"]

    cloud_assembly.destroy(aws, second)
    assert existing(aws) == before
