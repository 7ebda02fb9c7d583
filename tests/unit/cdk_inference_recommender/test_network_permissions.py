"""Network interfaces are bounded by the network, as far as synthesis knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Environment, Fn, Stack
from aws_cdk import aws_ec2 as ec2

from cdk_inference_recommender import InferenceRecommendationsJob, InferenceRecommenderProvider, RecommendedEndpoint
from cdk_inference_recommender.permissions.network_permissions import InterfaceNetwork, hosting_network_statements

from .request.request_documents import DEFAULT, with_value, without
from .synthesis import (
    ACCOUNT,
    POLICY,
    REGION,
    Json,
    default_job,
    images,
    new_stack,
    payloads,
    resources,
    role_statements,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ENVIRONMENT = Environment(account=ACCOUNT, region=REGION)
DESCRIBE = [f"ec2:Describe{each}" for each in ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")]
MANAGE = [
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:ModifyNetworkInterfaceAttribute",
]
CREATE = "ec2:CreateNetworkInterface"
HANDLER_ROLE = "InferenceRecommenderProviderRole"


def ec2_arn(resource: str, *, account: str = "*") -> Json:
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":ec2:{REGION}:{account}:{resource}"]]}


INTERFACES = ec2_arn("network-interface/*", account=ACCOUNT)
SUBNETS = [ec2_arn("subnet/subnet-1"), ec2_arn("subnet/subnet-2")]
GROUP = ec2_arn("security-group/sg-1")
IN_VPC = {"ArnLike": {"ec2:Vpc": ec2_arn("vpc/vpc-1")}}


def known_vpc(stack: Stack) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
    )


def known_network(stack: Stack) -> dict[str, Any]:
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    return {"vpc": known_vpc(stack), "security_groups": [group]}


def of_ec2(template: Json, role: str) -> list[Json]:
    return [each for each in role_statements(template, role) if "ec2:" in str(each["Action"])]


def hosting(*, condition: Json | None) -> list[Json]:
    managed: Json = {"Action": MANAGE, "Effect": "Allow", "Resource": [INTERFACES, GROUP]}
    return [
        {"Action": DESCRIBE, "Effect": "Allow", "Resource": "*"},
        {"Action": CREATE, "Effect": "Allow", "Resource": [INTERFACES, *SUBNETS, GROUP]},
        managed | ({"Condition": condition} if condition else {}),
    ]


def test_a_job_in_a_vpc_makes_interfaces_in_its_subnets_and_groups_only() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack, **known_network(stack))
    assert of_ec2(template_of(stack), "JobRole") == hosting(condition=IN_VPC)


def test_so_does_an_endpoint() -> None:
    stack = new_stack(env=ENVIRONMENT)
    best = default_job(stack).recommend_real_time("Best")
    RecommendedEndpoint(stack, "Endpoint", recommendation=best, **known_network(stack))
    template = template_of(stack)
    assert of_ec2(template, "EndpointRole") == hosting(condition=IN_VPC)
    assert not of_ec2(template, "JobRole")


def test_a_job_of_a_document_knows_ids_but_no_vpc() -> None:
    stack = new_stack(env=ENVIRONMENT)
    network = {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    document = without(with_value(DEFAULT, ("InputConfig", "VpcConfig"), network), ("RoleArn",))
    InferenceRecommendationsJob.from_cli_input(
        stack, "Job", document, input_buckets=[payloads(stack)], image_repositories=[images(stack)]
    )
    assert of_ec2(template_of(stack), "JobRole") == hosting(condition=None)


def test_a_job_outside_a_vpc_makes_none() -> None:
    stack = new_stack(env=ENVIRONMENT)
    default_job(stack)
    assert not of_ec2(template_of(stack), "JobRole")


def test_what_the_stack_makes_itself_is_named_in_the_role() -> None:
    stack = new_stack()
    default_job(stack, vpc=ec2.Vpc(stack, "Vpc", max_azs=1))
    template = template_of(stack)
    create, manage = of_ec2(template, "JobRole")[1:]
    (subnet,) = (name for name in resources(template, "AWS::EC2::Subnet") if "Private" in name)
    (group,) = resources(template, "AWS::EC2::SecurityGroup")
    assert {"Ref": subnet} in create["Resource"][1]["Fn::Join"][1]
    assert {"Fn::GetAtt": [group, "GroupId"]} in create["Resource"][2]["Fn::Join"][1]
    assert {"Ref": "Vpc8378EB38"} in manage["Condition"]["ArnLike"]["ec2:Vpc"]["Fn::Join"][1]
    assert not [name for name in resources(template, POLICY) if name.startswith("JobRole")], "all of it is inline"


@pytest.mark.parametrize("vpc_id", [None, "vpc-1"])
@pytest.mark.parametrize("subnets", [[], ["subnet-1"], "token"])
@pytest.mark.parametrize("groups", [[], ["sg-1", "sg-2"], "token"])
def test_what_isn_t_known_is_bounded_by_the_vpc_at_least(
    vpc_id: str | None, subnets: Sequence[str] | str, groups: Sequence[str] | str
) -> None:
    stack = new_stack(env=ENVIRONMENT)
    ids = Fn.split(",", CfnParameter(stack, "Ids").value_as_string)
    network = InterfaceNetwork(
        subnet_ids=ids if isinstance(subnets, str) else subnets,
        security_group_ids=ids if isinstance(groups, str) else groups,
        vpc_id=vpc_id,
    )
    written = [each.statement.to_statement_json() for each in hosting_network_statements(stack, network)]
    created = [stack.resolve(each) for each in written if each["Action"] == CREATE]
    bounded: list[Json] = []
    named: list[Json] = []
    for statement in created:
        found = statement["Resource"]
        (bounded if "Condition" in statement else named).extend(found if isinstance(found, list) else [found])
        assert statement.get("Condition") in (None, IN_VPC)
    known = [ec2_arn(f"subnet/{each}") for each in subnets if not isinstance(subnets, str)]
    known += [ec2_arn(f"security-group/{each}") for each in groups if not isinstance(groups, str)]
    unknown = [
        ec2_arn(f"{kind}/*")
        for kind, given in (("subnet", subnets), ("security-group", groups))
        if isinstance(given, str) or not given
    ]
    assert INTERFACES in named, "a new interface knows no VPC yet"
    assert sorted(map(str, [*bounded, *named])) == sorted(map(str, [INTERFACES, *known, *unknown]))
    assert all(each in (bounded if vpc_id else named) for each in unknown)


def function_statements(template: Json) -> tuple[list[Json], list[Json]]:
    found = [each for each in of_ec2(template, HANDLER_ROLE) if each["Action"] != "*"]
    fixed = [each for each in found if "ec2:DescribeNetworkInterfaces" not in each["Action"]]
    return [each for each in fixed if each["Effect"] == "Allow"], [each for each in fixed if each["Effect"] == "Deny"]


@pytest.mark.parametrize("with_groups", [True, False])
def test_the_function_in_a_vpc_makes_interfaces_in_its_subnets_only(*, with_groups: bool) -> None:
    stack = new_stack(env=ENVIRONMENT)
    network = known_network(stack)
    InferenceRecommenderProvider.configure(stack, **(network if with_groups else {"vpc": network["vpc"]}))
    default_job(stack)
    allowed, _ = function_statements(template_of(stack))
    create: list[Json] = [{"Action": CREATE, "Effect": "Allow", "Resource": [INTERFACES, *SUBNETS, GROUP]}]
    if not with_groups:
        anywhere = ec2_arn("security-group/*")
        create = [
            {"Action": CREATE, "Effect": "Allow", "Resource": [INTERFACES, *SUBNETS]},
            {"Action": CREATE, "Effect": "Allow", "Resource": anywhere, "Condition": IN_VPC},
        ]
    assert allowed == [
        {"Action": "ec2:DescribeSubnets", "Effect": "Allow", "Resource": "*"},
        *create,
        {
            "Action": [
                "ec2:DeleteNetworkInterface",
                "ec2:AssignPrivateIpAddresses",
                "ec2:UnassignPrivateIpAddresses",
            ],
            "Effect": "Allow",
            "Resource": ec2_arn("*/*", account=ACCOUNT),
        },
    ]


def test_the_function_s_own_code_makes_none() -> None:
    stack = new_stack()
    InferenceRecommenderProvider.configure(stack, vpc=known_vpc(stack))
    default_job(stack)
    template = template_of(stack)
    (denied,) = function_statements(template)[1]
    assert denied["Condition"] == {
        "ArnEquals": {"lambda:SourceFunctionArn": {"Fn::GetAtt": ["InferenceRecommenderHandler", "Arn"]}}
    }
    allowed = {
        action
        for each in function_statements(template)[0]
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    assert set(denied["Action"]) == allowed - {"ec2:DescribeSubnets"}
    assert denied["Resource"] == "*"
