"""Endpoints under test in a VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Environment, Fn
from aws_cdk import aws_ec2 as ec2

from cdk_inference_recommender import ModelSource, RecommendedEndpoint, ValidationError

from .synthesis import (
    ACCOUNT,
    PACKAGE_ARN,
    REGION,
    errors_of,
    given_role,
    job_with_given_role,
    logical_id,
    new_stack,
    only,
    request_of,
    resources,
    template_of,
    warnings_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from constructs import Construct

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
    job_with_given_role(stack)
    assert "VpcConfig" not in request_of(stack)["InputConfig"]


def test_a_vpc_alone_means_its_private_subnets_and_a_group_that_lets_nothing_in() -> None:
    stack = new_stack()
    job_with_given_role(stack, vpc=imported_vpc(stack))
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
    job_with_given_role(stack, vpc=imported_vpc(stack), vpc_subnets=selection)
    assert request_of(stack)["InputConfig"]["VpcConfig"]["Subnets"] == subnets


def test_subnets_may_be_named_one_by_one() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    subnet = ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-other")
    job_with_given_role(stack, vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnets=[subnet]))
    assert request_of(stack)["InputConfig"]["VpcConfig"]["Subnets"] == ["subnet-other"]


def test_given_groups_replace_the_job_s_own() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    groups = [ec2.SecurityGroup.from_security_group_id(stack, name, f"sg-{name}") for name in ("a", "b")]
    job_with_given_role(stack, vpc=vpc, security_groups=groups)
    assert request_of(stack)["InputConfig"]["VpcConfig"]["SecurityGroupIds"] == ["sg-a", "sg-b"]
    assert not resources(template_of(stack), GROUP)


def test_connections_open_the_job_s_group() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    job = job_with_given_role(stack, vpc=vpc)
    database = ec2.SecurityGroup(stack, "Database", vpc=vpc)
    database.connections.allow_from(job, ec2.Port.tcp(5432))
    rule = only(template_of(stack), "AWS::EC2::SecurityGroupIngress")["Properties"]
    (own,) = job.connections.security_groups
    assert rule["GroupId"] == {"Fn::GetAtt": [logical_id(database), "GroupId"]}
    assert rule["SourceSecurityGroupId"] == stack.resolve(own.security_group_id)


def test_a_job_without_a_vpc_has_no_connections() -> None:
    job = job_with_given_role(new_stack())
    with pytest.raises(ValidationError, match=r"Stack/Job: has no connections without a VPC\. Give it a vpc\."):
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
        job_with_given_role(stack, **props)


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
    job_with_given_role(stack, vpc=vpc)
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
    job_with_given_role(stack, vpc=vpc)
    assert request_of(stack)["InputConfig"]["VpcConfig"]["Subnets"] == {
        "Fn::Split": [",", {"Fn::ImportValue": "Subnets"}]
    }


def test_more_groups_than_the_api_takes_are_reported() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"Group{number}", f"sg-{number}") for number in range(6)]
    job_with_given_role(stack, vpc=vpc, security_groups=groups)
    with pytest.raises(RuntimeError, match=r"\[Stack/Job\] security_groups = .*: must be at most 5 items, not 6"):
        template_of(stack)


def job_in(stack: Stack, **network: Any) -> Construct:
    return job_with_given_role(stack, **network)


def endpoint_in(stack: Stack, **network: Any) -> Construct:
    return RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=job_with_given_role(stack).recommend_real_time("Best"),
        model=ModelSource.from_model_package(PACKAGE_ARN),
        role=given_role(stack),
        **network,
    )


in_both = pytest.mark.parametrize("construct", [job_in, endpoint_in], ids=["job", "endpoint"])


def vpc_of(stack: Stack, *types: ec2.SubnetType) -> ec2.IVpc:
    return ec2.Vpc(
        stack,
        "Vpc",
        nat_gateways=0,
        subnet_configuration=[ec2.SubnetConfiguration(name=each.name.title(), subnet_type=each) for each in types],
    )


def network_warnings(stack: Stack) -> list[str]:
    return [warning for warning in warnings_of(stack) if "Subnets" in warning]


@in_both
@pytest.mark.parametrize(
    "vpc",
    [
        lambda stack: vpc_of(stack, ec2.SubnetType.PUBLIC),
        lambda stack: vpc_of(stack, ec2.SubnetType.PRIVATE_ISOLATED),
        lambda stack: vpc_of(stack, ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_ISOLATED),
        lambda stack: imported_vpc(stack, private_subnet_ids=None),
        lambda stack: imported_vpc(stack, private_subnet_ids=None, isolated_subnet_ids=None),
    ],
    ids=["public", "isolated", "public and isolated", "imported without private", "imported public"],
)
@pytest.mark.parametrize("selection", [None, ec2.SubnetSelection(one_per_az=True)], ids=["alone", "one a zone"])
def test_a_vpc_without_private_subnets_is_one_error_that_says_what_is_needed(
    construct: Callable[..., Construct], vpc: Callable[[Stack], ec2.IVpc], selection: ec2.SubnetSelection | None
) -> None:
    stack = new_stack()
    made = construct(stack, vpc=vpc(stack), vpc_subnets=selection)
    (error,) = errors_of(stack)
    assert error.startswith(f"[{made.node.path}] vpc = 'Stack/Vpc': no private subnets of the VPC are known, and ")
    assert (
        "Add private subnets with a NAT gateway, or name isolated subnets in vpc_subnets and add VPC endpoints" in error
    )
    assert "(VpcPrivateSubnets; SageMaker developer guide, " in error


@in_both
@pytest.mark.parametrize(
    ("selection", "rule"),
    [
        (ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED), "IsolatedSubnets"),
        (ec2.SubnetSelection(subnet_group_name="Private_Isolated"), "IsolatedSubnets"),
        (ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC), "PublicSubnets"),
        (ec2.SubnetSelection(subnet_group_name="Public", one_per_az=True), "PublicSubnets"),
    ],
    ids=["isolated", "isolated group", "public", "public group"],
)
@pytest.mark.parametrize("is_named_one_by_one", [False, True], ids=["selected", "named"])
def test_isolated_and_public_subnets_that_were_chosen_are_warned_of(
    construct: Callable[..., Construct], selection: ec2.SubnetSelection, rule: str, *, is_named_one_by_one: bool
) -> None:
    stack = new_stack()
    vpc = vpc_of(stack, ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_ISOLATED)
    if is_named_one_by_one:
        of_type = vpc.isolated_subnets if rule == "IsolatedSubnets" else vpc.public_subnets
        selection = ec2.SubnetSelection(subnets=of_type)
    construct(stack, vpc=vpc, vpc_subnets=selection)
    (warning,) = network_warnings(stack)
    assert warning.startswith("vpc_subnets = ['Stack/Vpc/P")
    assert f"({rule}; " in warning
    assert "add VPC endpoints for S3, ECR (api and dkr), CloudWatch and CloudWatch Logs" in warning.replace(
        "Add", "add"
    )


def test_isolated_subnets_named_in_a_filter_are_warned_of() -> None:
    stack = new_stack()
    by_id = ec2.SubnetFilter.by_ids(["subnet-isolated-a"])
    vpc = imported_vpc(stack, private_subnet_ids=None)
    job_with_given_role(stack, vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnet_filters=[by_id]))
    (warning,) = network_warnings(stack)
    assert "(IsolatedSubnets; " in warning


@in_both
def test_nothing_is_said_of_private_subnets(construct: Callable[..., Construct]) -> None:
    stack = new_stack()
    construct(stack, vpc=vpc_of(stack, ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_WITH_EGRESS))
    assert not network_warnings(stack)


def test_nothing_is_said_of_subnets_whose_routes_arent_known() -> None:
    stack = new_stack()
    vpc = imported_vpc(stack)
    others = [ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-other")]
    job_with_given_role(stack, vpc=vpc, vpc_subnets=ec2.SubnetSelection(subnets=others))
    assert not network_warnings(stack)


@pytest.mark.parametrize(
    "selection",
    [
        None,
        ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        ec2.SubnetSelection(subnet_group_name="Inference"),
        ec2.SubnetSelection(availability_zones=["eu-west-1c"]),
    ],
    ids=["alone", "isolated", "public", "group", "zone"],
)
def test_nothing_is_said_of_what_stands_in_for_a_vpc_that_is_still_looked_up(
    selection: ec2.SubnetSelection | None,
) -> None:
    stack = new_stack(env=Environment(account=ACCOUNT, region=REGION))
    job_with_given_role(stack, vpc=ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="vpc-1"), vpc_subnets=selection)
    # Were there an error, the CLI wouldn't come to look it up.
    assert not network_warnings(stack)


@in_both
@pytest.mark.parametrize(
    ("attributes", "selection", "reason"),
    [
        (
            {"private_subnet_ids": None, "isolated_subnet_ids": None, "public_subnet_ids": None},
            None,
            "no subnets of it are known",
        ),
        ({}, ec2.SubnetSelection(subnet_group_name="Inference"), "There are no subnet groups with name 'Inference' in"),
        ({}, ec2.SubnetSelection(availability_zones=["eu-west-1c"]), "no subnet meets all that it says"),
        (
            {"isolated_subnet_ids": None},
            ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            "it has no subnets of the type PRIVATE_ISOLATED",
        ),
    ],
    ids=["none", "group", "zone", "type"],
)
def test_a_selection_of_nothing_is_refused(
    construct: Callable[..., Construct],
    attributes: dict[str, Any],
    selection: ec2.SubnetSelection | None,
    reason: str,
) -> None:
    stack = new_stack()
    with pytest.raises(
        ValidationError,
        match=rf"^Stack/\w+: vpc_subnets selects nothing in the VPC Stack/Vpc: {reason}.*\. Choose others with vpc_",
    ):
        construct(stack, vpc=imported_vpc(stack, **attributes), vpc_subnets=selection)
