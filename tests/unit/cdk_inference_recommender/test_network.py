"""Endpoints under test in a VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Fn
from aws_cdk import aws_ec2 as ec2

from cdk_inference_recommender import ValidationError

from .synthesis import default_job, logical_id, new_stack, only, request_of, resources, template_of

if TYPE_CHECKING:
    from aws_cdk import Stack

GROUP = "AWS::EC2::SecurityGroup"


def imported_vpc(stack: Stack, **attributes: Any) -> ec2.IVpc:
    """A VPC as a look-up gives it: ids, and no resource."""
    known = {
        "vpc_id": "vpc-1",
        "availability_zones": ["eu-west-1a", "eu-west-1b"],
        "private_subnet_ids": ["subnet-private-a", "subnet-private-b"],
        "isolated_subnet_ids": ["subnet-isolated-a", "subnet-isolated-b"],
        "public_subnet_ids": ["subnet-public-a", "subnet-public-b"],
    }
    return ec2.Vpc.from_vpc_attributes(stack, "Vpc", **(known | attributes))


def test_without_a_vpc_there_is_no_network() -> None:
    stack = new_stack()
    default_job(stack)
    assert "VpcConfig" not in request_of(stack)["InputConfig"]


def test_a_vpc_alone_means_its_private_subnets_and_a_group_that_lets_nothing_in() -> None:
    stack = new_stack()
    default_job(stack, vpc=imported_vpc(stack))
    template = template_of(stack)
    (group,) = resources(template, GROUP)
    assert request_of(stack)["InputConfig"]["VpcConfig"] == {
        "SecurityGroupIds": [{"Fn::GetAtt": [group, "GroupId"]}],
        "Subnets": ["subnet-private-a", "subnet-private-b"],
    }
    properties = only(template, GROUP)["Properties"]
    assert "SecurityGroupIngress" not in properties
    assert [rule["CidrIp"] for rule in properties["SecurityGroupEgress"]] == ["0.0.0.0/0"]


@pytest.mark.parametrize(
    ("selection", "subnets"),
    [
        (ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), ["subnet-isolated-a", "subnet-isolated-b"]),
        (ec2.SubnetSelection(one_per_az=True, availability_zones=["eu-west-1b"]), ["subnet-private-b"]),
        (ec2.SubnetSelection(subnet_group_name="Public"), ["subnet-public-a", "subnet-public-b"]),
        (
            ec2.SubnetSelection(subnet_filters=[ec2.SubnetFilter.by_ids(["subnet-private-a"])]),
            ["subnet-private-a"],
        ),
    ],
    ids=["type", "zone", "group", "filter"],
)
def test_subnets_are_selected_as_everywhere_in_the_cdk(selection: ec2.SubnetSelection, subnets: list[str]) -> None:
    stack = new_stack()
    default_job(stack, vpc=imported_vpc(stack), vpc_subnets=selection)
    assert request_of(stack)["InputConfig"]["VpcConfig"]["Subnets"] == subnets


def test_subnets_may_be_named_one_by_one() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    subnet = ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-other")
    default_job(stack, vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnets=[subnet]))
    assert request_of(stack)["InputConfig"]["VpcConfig"]["Subnets"] == ["subnet-other"]


def test_given_groups_replace_the_job_s_own() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    groups = [ec2.SecurityGroup.from_security_group_id(stack, name, f"sg-{name}") for name in ("a", "b")]
    default_job(stack, vpc=vpc, security_groups=groups)
    assert request_of(stack)["InputConfig"]["VpcConfig"]["SecurityGroupIds"] == ["sg-a", "sg-b"]
    assert not resources(template_of(stack), GROUP)


def test_connections_open_the_job_s_group() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    job = default_job(stack, vpc=vpc)
    database = ec2.SecurityGroup(stack, "Database", vpc=vpc)
    database.connections.allow_from(job, ec2.Port.tcp(5432))
    rule = only(template_of(stack), "AWS::EC2::SecurityGroupIngress")["Properties"]
    (own,) = job.connections.security_groups
    assert rule["GroupId"] == {"Fn::GetAtt": [logical_id(database), "GroupId"]}
    assert rule["SourceSecurityGroupId"] == stack.resolve(own.security_group_id)


def test_a_job_without_a_vpc_has_no_connections() -> None:
    job = default_job(new_stack())
    with pytest.raises(ValidationError, match=r"Stack/Job: a job without a VPC has no connections\. Give it a vpc\."):
        _ = job.connections


@pytest.mark.parametrize(
    ("props", "stray"),
    [
        ({"vpc_subnets": ec2.SubnetSelection(one_per_az=True)}, "vpc_subnets"),
        ({"security_groups": True}, "security_groups"),
        ({"vpc_subnets": ec2.SubnetSelection(one_per_az=True), "security_groups": True}, "vpc_subnets and security_gr"),
    ],
)
def test_subnets_and_groups_without_a_vpc_are_refused(props: dict[str, Any], stray: str) -> None:
    stack = new_stack()
    if "security_groups" in props:
        props = props | {"security_groups": [ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")]}
    with pytest.raises(ValidationError, match=rf"Stack/Job: {stray}.* given without vpc\. Give the vpc"):
        default_job(stack, **props)


def test_an_imported_vpc_may_be_known_only_at_deploy_time() -> None:
    stack = new_stack()
    vpc_id, subnet_a, subnet_b = (CfnParameter(stack, name).value_as_string for name in ("VpcId", "SubnetA", "SubnetB"))
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id=vpc_id,
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=[subnet_a, subnet_b],
    )
    default_job(stack, vpc=vpc)
    assert request_of(stack)["InputConfig"]["VpcConfig"]["Subnets"] == [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]
    assert only(template_of(stack), GROUP)["Properties"]["VpcId"] == {"Ref": "VpcId"}


def test_a_list_of_subnets_may_be_known_only_at_deploy_time() -> None:
    stack = new_stack()
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id=Fn.import_value("VpcId"),
        availability_zones=Fn.split(",", Fn.import_value("Zones")),
        private_subnet_ids=Fn.split(",", Fn.import_value("Subnets")),
    )
    default_job(stack, vpc=vpc)
    assert request_of(stack)["InputConfig"]["VpcConfig"]["Subnets"] == {
        "Fn::Split": [",", {"Fn::ImportValue": "Subnets"}]
    }


def test_more_groups_than_the_api_takes_are_reported() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"Group{number}", f"sg-{number}") for number in range(6)]
    default_job(stack, vpc=vpc, security_groups=groups)
    with pytest.raises(RuntimeError, match=r"\[Stack/Job\] security_groups = .*: must be at most 5 items, not 6"):
        template_of(stack)
