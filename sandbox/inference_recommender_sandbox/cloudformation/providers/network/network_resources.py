"""Networks: moto's own classes make most of them and delete few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.providers.api_resource import ApiCall, ApiResource, Parameters, same

from .network_tags import address_tag_changes, network_tag_changes, tag_specification

if TYPE_CHECKING:
    from collections.abc import Callable

    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource

_TAGS: Final = frozenset({"Tags"})


def _id(member: str) -> Any:
    return lambda _, physical_id: {member: physical_id}


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _vpc_attribute(name: str) -> ApiCall:
    return ApiCall(
        operation="ModifyVpcAttribute",
        parameters=lambda p, vpc_id: {"VpcId": vpc_id, name: {"Value": _is_true(p.get(name, _VPC_DEFAULTS[name]))}},
    )


_VPC_DEFAULTS: Final = {"EnableDnsSupport": True, "EnableDnsHostnames": False}
_VPC_ATTRIBUTES: Final = tuple(map(_vpc_attribute, _VPC_DEFAULTS))
_PUBLIC_ADDRESSES: Final = ApiCall(
    operation="ModifySubnetAttribute",
    parameters=lambda p, subnet_id: {
        "SubnetId": subnet_id,
        "MapPublicIpOnLaunch": {"Value": _is_true(p.get("MapPublicIpOnLaunch", False))},
    },
)


def _of_vpc(operation: str, *filters: tuple[str, str]) -> ApiCall:
    named = [{"Name": name, "Values": [value]} for name, value in filters]
    return ApiCall(
        operation=operation,
        parameters=lambda _, vpc_id: {"Filters": [{"Name": "vpc-id", "Values": [vpc_id]}, *named]},
    )


def _vpc_attributes(_: Parameters, _name: str, response: Parameters) -> Parameters:
    if not response:
        return {}
    vpc = response["Vpc"]
    return same(vpc, "VpcId", "CidrBlock") | {
        "CidrBlockAssociations": [each["AssociationId"] for each in vpc.get("CidrBlockAssociationSet", [])],
        "DefaultNetworkAcl": response["NetworkAcls"][0]["NetworkAclId"],
        "DefaultSecurityGroup": response["SecurityGroups"][0]["GroupId"],
        "Ipv6CidrBlocks": [each["Ipv6CidrBlock"] for each in vpc.get("Ipv6CidrBlockAssociationSet", [])],
    }


def _subnet_attributes(_: Parameters, _name: str, response: Parameters) -> Parameters:
    if not response:
        return {}
    subnet = response["Subnet"]
    associations = [each for acl in response["NetworkAcls"] for each in acl["Associations"]]
    return same(subnet, "SubnetId", "VpcId", "AvailabilityZone", "CidrBlock") | {
        "Ipv6CidrBlocks": [each["Ipv6CidrBlock"] for each in subnet.get("Ipv6CidrBlockAssociationSet", [])],
        "NetworkAclAssociationId": next(
            each["NetworkAclAssociationId"] for each in associations if each["SubnetId"] == subnet["SubnetId"]
        ),
    }


def _endpoint_attributes(_: Parameters, _name: str, response: Parameters) -> Parameters:
    endpoint = response.get("VpcEndpoint", {})
    return {
        "CreationTimestamp": str(endpoint.get("CreationTimestamp", "")),
        "DnsEntries": [f"{each['HostedZoneId']}:{each['DnsName']}" for each in endpoint.get("DnsEntries", [])],
        "Id": endpoint.get("VpcEndpointId"),
        "NetworkInterfaceIds": endpoint.get("NetworkInterfaceIds", []),
    }


def _endpoint_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> list[ApiCall]:
    changed: Parameters = {}
    for member, added, removed in (
        ("RouteTableIds", "AddRouteTableIds", "RemoveRouteTableIds"),
        ("SubnetIds", "AddSubnetIds", "RemoveSubnetIds"),
        ("SecurityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
    ):
        before, after = old.get(member, []), new.get(member, [])
        changed |= {added: [each for each in after if each not in before]}
        changed |= {removed: [each for each in before if each not in after]}
    changed = {name: ids for name, ids in changed.items() if ids}
    modification = ApiCall(
        operation="ModifyVpcEndpoint",
        parameters=lambda _properties, _name: {"VpcEndpointId": current.physical_id} | changed,
        when=lambda _: bool(changed),
    )
    return [modification, *network_tag_changes(old, new, current)]


def _tagged(kind: str, *members: str) -> Callable[[Parameters, str], Parameters]:
    return lambda p, _: same(p, *members) | tag_specification(p, kind)


def _tagged_resource(noun: str, kind: str, *members: str) -> ApiResource:
    """Return a resource whose tags alone can be updated in place."""
    id_member = f"{noun}Id"
    return ApiResource(
        service="ec2",
        create=(ApiCall(operation=f"Create{noun}", parameters=_tagged(kind, *members)),),
        changes=network_tag_changes,
        updatable=_TAGS,
        delete=(ApiCall(operation=f"Delete{noun}", parameters=_id(id_member)),),
        physical_id=lambda _properties, _name, response: response[noun][id_member],
        attributes=lambda _properties, _name, response: same(response.get(noun, {}), id_member),
    )


_TARGETS: Final = ("GatewayId", "NatGatewayId", "NetworkInterfaceId", "VpcPeeringConnectionId")
_DESTINATIONS: Final = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
_ROUTE_MEMBERS: Final = ("RouteTableId", *_DESTINATIONS, *_TARGETS)


def _destination(properties: Parameters) -> str:
    return str(next(properties[name] for name in _DESTINATIONS if name in properties))


NETWORK_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::EC2::EIP": ApiResource(
        service="ec2",
        create=(ApiCall(operation="AllocateAddress", parameters=_tagged("elastic-ip", "Domain")),),
        changes=address_tag_changes,
        updatable=_TAGS,
        delete=(ApiCall(operation="ReleaseAddress", parameters=lambda _, address: {"PublicIp": address}),),
        physical_id=lambda _properties, _name, response: response["PublicIp"],
        attributes=lambda _properties, _name, response: same(response, "AllocationId", "PublicIp"),
    ),
    "AWS::EC2::InternetGateway": _tagged_resource("InternetGateway", "internet-gateway"),
    "AWS::EC2::NatGateway": _tagged_resource(
        "NatGateway", "natgateway", "SubnetId", "AllocationId", "ConnectivityType"
    ),
    "AWS::EC2::Route": ApiResource(
        service="ec2",
        create=(ApiCall(operation="CreateRoute", parameters=lambda p, _: same(p, *_ROUTE_MEMBERS)),),
        update=(ApiCall(operation="ReplaceRoute", parameters=lambda p, _: same(p, *_ROUTE_MEMBERS)),),
        updatable=frozenset(_TARGETS),
        delete=(ApiCall(operation="DeleteRoute", parameters=lambda p, _: same(p, "RouteTableId", *_DESTINATIONS)),),
        physical_id=lambda p, _name, _response: f"{p['RouteTableId']}|{_destination(p)}",
        attributes=lambda p, _name, _response: {"CidrBlock": _destination(p)},
    ),
    "AWS::EC2::RouteTable": _tagged_resource("RouteTable", "route-table", "VpcId"),
    "AWS::EC2::Subnet": ApiResource(
        service="ec2",
        create=(
            ApiCall(operation="CreateSubnet", parameters=_tagged("subnet", "VpcId", "CidrBlock", "AvailabilityZone")),
            _PUBLIC_ADDRESSES,
        ),
        update=(_PUBLIC_ADDRESSES,),
        changes=network_tag_changes,
        updatable=frozenset({"MapPublicIpOnLaunch", "Tags"}),
        delete=(ApiCall(operation="DeleteSubnet", parameters=_id("SubnetId")),),
        physical_id=lambda _properties, _name, response: response["Subnet"]["SubnetId"],
        describe=(
            ApiCall(
                operation="DescribeNetworkAcls",
                parameters=lambda _, name: {"Filters": [{"Name": "association.subnet-id", "Values": [name]}]},
            ),
        ),
        attributes=_subnet_attributes,
    ),
    "AWS::EC2::SubnetRouteTableAssociation": ApiResource(
        service="ec2",
        create=(ApiCall(operation="AssociateRouteTable", parameters=lambda p, _: same(p, "RouteTableId", "SubnetId")),),
        delete=(ApiCall(operation="DisassociateRouteTable", parameters=_id("AssociationId")),),
        physical_id=lambda _properties, _name, response: response["AssociationId"],
        attributes=lambda _properties, _name, response: {"Id": response.get("AssociationId")},
    ),
    "AWS::EC2::VPC": ApiResource(
        service="ec2",
        create=(
            ApiCall(operation="CreateVpc", parameters=_tagged("vpc", "CidrBlock", "InstanceTenancy")),
            *_VPC_ATTRIBUTES,
        ),
        update=_VPC_ATTRIBUTES,
        changes=network_tag_changes,
        updatable=frozenset(_VPC_DEFAULTS) | _TAGS,
        delete=(ApiCall(operation="DeleteVpc", parameters=_id("VpcId")),),
        physical_id=lambda _properties, _name, response: response["Vpc"]["VpcId"],
        describe=(
            _of_vpc("DescribeSecurityGroups", ("group-name", "default")),
            _of_vpc("DescribeNetworkAcls", ("default", "true")),
        ),
        attributes=_vpc_attributes,
    ),
    "AWS::EC2::VPCEndpoint": ApiResource(
        service="ec2",
        create=(
            ApiCall(
                operation="CreateVpcEndpoint",
                parameters=_tagged(
                    "vpc-endpoint",
                    "VpcId",
                    "ServiceName",
                    "VpcEndpointType",
                    "SubnetIds",
                    "SecurityGroupIds",
                    "RouteTableIds",
                    "PrivateDnsEnabled",
                ),
            ),
        ),
        changes=_endpoint_changes,
        updatable=frozenset({"RouteTableIds", "SubnetIds", "SecurityGroupIds", "Tags"}),
        delete=(ApiCall(operation="DeleteVpcEndpoints", parameters=lambda _, name: {"VpcEndpointIds": [name]}),),
        physical_id=lambda _properties, _name, response: response["VpcEndpoint"]["VpcEndpointId"],
        attributes=_endpoint_attributes,
    ),
    "AWS::EC2::VPCGatewayAttachment": ApiResource(
        service="ec2",
        create=(
            ApiCall(operation="AttachInternetGateway", parameters=lambda p, _: same(p, "InternetGatewayId", "VpcId")),
        ),
        delete=(
            ApiCall(operation="DetachInternetGateway", parameters=lambda p, _: same(p, "InternetGatewayId", "VpcId")),
        ),
        physical_id=lambda p, _name, _response: f"IGW|{p['VpcId']}",
        attributes=lambda _properties, _name, _response: {"AttachmentType": "IGW"},
    ),
}
