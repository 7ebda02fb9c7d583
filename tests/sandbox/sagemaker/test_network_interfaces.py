"""A job in a VPC holds on to its subnets and security groups until a while after it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


@pytest.fixture
def network(aws: Aws) -> dict[str, Any]:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)]
    group = ec2.create_security_group(GroupName="job", Description="job", VpcId=vpc)["GroupId"]
    return {"Subnets": subnets, "SecurityGroupIds": [group]}


def interfaces(aws: Aws, network: dict[str, Any]) -> list[dict[str, Any]]:
    filters = [{"Name": "group-id", "Values": network["SecurityGroupIds"]}]
    found: list[dict[str, Any]] = aws.client("ec2").describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    return found


def create(aws: Aws, network: dict[str, Any]) -> None:
    aws.create(InputConfig=aws.request()["InputConfig"] | {"VpcConfig": network})


def test_there_is_one_in_each_subnet_while_the_job_runs_and_three_minutes_longer(
    aws: Aws, network: dict[str, Any]
) -> None:
    create(aws, network)
    assert interfaces(aws, network) == []
    aws.clock.sleep(60)
    running = interfaces(aws, network)
    assert {each["SubnetId"] for each in running} == set(network["Subnets"])
    assert {each["Status"] for each in running} == {"in-use"}
    aws.clock.sleep(45 * 60 - 60 + 179)
    assert aws.status() == "COMPLETED"
    assert len(interfaces(aws, network)) == 2
    aws.clock.sleep(1)
    assert interfaces(aws, network) == []


def test_a_security_group_in_use_cannot_be_deleted(aws: Aws, network: dict[str, Any]) -> None:
    ec2 = aws.client("ec2")
    create(aws, network)
    aws.clock.sleep(60)
    with pytest.raises(ClientError, match=r"DependencyViolation.*has a dependent object"):
        ec2.delete_security_group(GroupId=network["SecurityGroupIds"][0])
    aws.finish()
    ec2.delete_security_group(GroupId=network["SecurityGroupIds"][0])


def test_a_subnet_in_use_cannot_be_deleted(aws: Aws, network: dict[str, Any]) -> None:
    ec2 = aws.client("ec2")
    create(aws, network)
    aws.clock.sleep(60)
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_subnet(SubnetId=network["Subnets"][0])
    aws.finish()
    ec2.delete_subnet(SubnetId=network["Subnets"][0])


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("Subnets", ["subnet-00000000"], "The subnet ID 'subnet-00000000' does not exist"),
        ("SecurityGroupIds", ["sg-00000000"], "The security group 'sg-00000000' does not exist"),
    ],
)
def test_the_network_must_exist(aws: Aws, network: dict[str, Any], member: str, value: list[str], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        create(aws, network | {member: value})


def test_the_role_must_be_able_to_make_interfaces(aws: Aws, network: dict[str, Any]) -> None:
    everything_else = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "ec2:ModifyNetworkInterfaceAttribute", "Resource": "*"},
    ]
    role = aws.role("without", everything_else)
    aws.create(RoleArn=role, InputConfig=aws.request()["InputConfig"] | {"VpcConfig": network})
    assert "ec2:ModifyNetworkInterfaceAttribute" in aws.finish()["FailureReason"]
