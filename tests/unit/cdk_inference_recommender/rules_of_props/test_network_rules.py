"""How network interfaces reach the services, by the function that checks it."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import aws_ec2 as ec2

from cdk_inference_recommender.model.network import JobNetwork
from cdk_inference_recommender.model.network_rules import check_network
from cdk_inference_recommender.model.selected_subnets import SelectedSubnets

from .found_problems import Found, found


def network(selected: SelectedSubnets | None) -> JobNetwork:
    return JobNetwork(
        subnet_ids=["subnet-1"],
        security_groups=[],
        connections=ec2.Connections(),
        established=[],
        selected=selected,
    )


@pytest.mark.parametrize(
    ("selected", "problem"),
    [
        (
            {"vpc_without_private_subnets": "Stack/Vpc"},
            Found("VpcPrivateSubnets", "vpc", "Stack/Vpc"),
        ),
        (
            {"isolated": ["Stack/Vpc/IsolatedSubnet1"]},
            Found("IsolatedSubnets", "vpc_subnets", ["Stack/Vpc/IsolatedSubnet1"]),
        ),
        (
            {"public": ["Stack/Vpc/PublicSubnet1"]},
            Found("PublicSubnets", "vpc_subnets", ["Stack/Vpc/PublicSubnet1"]),
        ),
    ],
)
def test_subnets_without_a_route(selected: dict[str, Any], problem: Found) -> None:
    chosen = SelectedSubnets(ids=["subnet-1"], connected=[], **selected)
    assert found(check_network(network(chosen))) == [problem]


def test_subnets_with_one_and_subnets_of_which_only_ids_are_known() -> None:
    assert found(check_network(network(SelectedSubnets(ids=["subnet-1"], connected=[])))) == []
    assert found(check_network(network(None))) == []
    assert found(check_network(None)) == []
