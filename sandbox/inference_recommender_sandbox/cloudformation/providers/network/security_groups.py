"""Security groups and their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.providers.api_resource import (
    ApiCall,
    ApiResource,
    Parameters,
    fixed,
    same,
)

from .network_tags import network_tag_changes, tag_specification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource

_ALL_OUTBOUND: Final = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
"""What a new group allows until its template says otherwise."""


def _permission(properties: Parameters, peer: str) -> Parameters:
    permission = same(properties, "IpProtocol", "FromPort", "ToPort")
    described = same(properties, "Description")
    if "CidrIp" in properties:
        permission["IpRanges"] = [{"CidrIp": properties["CidrIp"], **described}]
    if "CidrIpv6" in properties:
        permission["Ipv6Ranges"] = [{"CidrIpv6": properties["CidrIpv6"], **described}]
    if peer in properties:
        permission["UserIdGroupPairs"] = [{"GroupId": properties[peer], **described}]
    return permission


def _ingress(rule: Parameters) -> Parameters:
    return _permission(rule, "SourceSecurityGroupId")


def _egress(rule: Parameters) -> Parameters:
    return _permission(rule, "DestinationSecurityGroupId")


def _rule_type(direction: str, permission: Callable[[Parameters], Parameters]) -> ApiResource:
    def parameters(properties: Parameters, _: str) -> Parameters:
        return {"GroupId": properties["GroupId"], "IpPermissions": [permission(properties)]}

    return ApiResource(
        service="ec2",
        create=(ApiCall(operation=f"AuthorizeSecurityGroup{direction}", parameters=parameters),),
        delete=(ApiCall(operation=f"RevokeSecurityGroup{direction}", parameters=parameters),),
        attributes=lambda _properties, name, response: {
            "Id": next((rule["SecurityGroupRuleId"] for rule in response.get("SecurityGroupRules", [])), name)
        },
    )


def _rules(properties: Parameters, member: str) -> list[Parameters]:
    default = [_ALL_OUTBOUND] if member == "SecurityGroupEgress" else []
    rules: list[Parameters] = properties.get(member, default)
    return rules


def _rule_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> Iterator[ApiCall]:
    for direction, permission in (("Egress", _egress), ("Ingress", _ingress)):
        before, after = (_rules(properties, f"SecurityGroup{direction}") for properties in (old, new))
        for verb, rules in (
            ("Revoke", [rule for rule in before if rule not in after]),
            ("Authorize", [rule for rule in after if rule not in before]),
        ):
            if rules:
                permissions = [permission(rule) for rule in rules]
                yield fixed(
                    f"{verb}SecurityGroup{direction}", {"GroupId": current.physical_id, "IpPermissions": permissions}
                )
    yield from network_tag_changes(old, new, current)


def _initial_rules(direction: str, permission: Callable[[Parameters], Parameters]) -> ApiCall:
    member = f"SecurityGroup{direction}"
    return ApiCall(
        operation=f"AuthorizeSecurityGroup{direction}",
        parameters=lambda p, group_id: {"GroupId": group_id, "IpPermissions": [permission(rule) for rule in p[member]]},
        when=lambda p: bool(p.get(member)),
    )


def _revoke_all_outbound(_: Parameters, group_id: str) -> Parameters:
    return {"GroupId": group_id, "IpPermissions": [_egress(_ALL_OUTBOUND)]}


def _creation(properties: Parameters, name: str) -> Parameters:
    named: dict[str, Any] = {"GroupName": name, "Description": properties["GroupDescription"]}
    return same(properties, "VpcId") | named | tag_specification(properties, "security-group")


SECURITY_GROUPS: Final[dict[str, ApiResource]] = {
    "AWS::EC2::SecurityGroup": ApiResource(
        service="ec2",
        create=(
            ApiCall(operation="CreateSecurityGroup", parameters=_creation),
            ApiCall(
                operation="RevokeSecurityGroupEgress",
                parameters=_revoke_all_outbound,
                when=lambda p: "SecurityGroupEgress" in p,
            ),
            _initial_rules("Egress", _egress),
            _initial_rules("Ingress", _ingress),
        ),
        changes=_rule_changes,
        updatable=frozenset({"SecurityGroupEgress", "SecurityGroupIngress", "Tags"}),
        delete=(ApiCall(operation="DeleteSecurityGroup", parameters=lambda _, group_id: {"GroupId": group_id}),),
        physical_id=lambda _properties, _name, response: response["GroupId"],
        attributes=lambda p, _name, response: (
            same(p, "VpcId") | same(response, "GroupId") | {"Id": response.get("GroupId")}
        ),
        name_property="GroupName",
    ),
    "AWS::EC2::SecurityGroupEgress": _rule_type("Egress", _egress),
    "AWS::EC2::SecurityGroupIngress": _rule_type("Ingress", _ingress),
}
