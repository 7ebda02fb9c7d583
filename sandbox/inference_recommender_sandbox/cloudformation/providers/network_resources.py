"""Networks: moto's own classes make most of them and delete few."""

from __future__ import annotations

from typing import Any, Final

from inference_recommender_sandbox.cloudformation.providers.api_resource import ApiCall, ApiResource, Parameters, same


def _tags(properties: Parameters, kind: str) -> Parameters:
    tags = properties.get("Tags", [])
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def _permission(properties: Parameters, peer: str) -> Parameters:
    permission = same(properties, "IpProtocol", "FromPort", "ToPort")
    described = same(properties, "Description")
    if "CidrIp" in properties:
        permission["IpRanges"] = [{"CidrIp": properties["CidrIp"], **described}]
    if "CidrIpv6" in properties:
        permission["Ipv6Ranges"] = [{"CidrIpv6": properties["CidrIpv6"], **described}]
    if peer in properties:
        permission["UserIdGroupPairs"] = [{"GroupId": properties[peer], **described}]
    return {"GroupId": properties["GroupId"], "IpPermissions": [permission]}


def _ingress(properties: Parameters, _: str) -> Parameters:
    return _permission(properties, "SourceSecurityGroupId")


def _egress(properties: Parameters, _: str) -> Parameters:
    return _permission(properties, "DestinationSecurityGroupId")


def _id(member: str) -> Any:
    return lambda _, physical_id: {member: physical_id}


def _rules(operation: str, property_name: str, make: Any) -> ApiCall:
    def parameters(properties: Parameters, group_id: str) -> Parameters:
        permissions = [
            permission
            for rule in properties[property_name]
            for permission in make({**rule, "GroupId": group_id}, "")["IpPermissions"]
        ]
        return {"GroupId": group_id, "IpPermissions": permissions}

    return ApiCall(operation=operation, parameters=parameters, when=lambda p: bool(p.get(property_name)))


_ALL_OUTBOUND: Final = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
"""What a new group allows until its template says otherwise."""


def _vpc_attribute(name: str) -> ApiCall:
    return ApiCall(
        operation="ModifyVpcAttribute",
        parameters=lambda p, vpc_id: {"VpcId": vpc_id, name: {"Value": str(p[name]).lower() == "true"}},
        when=lambda p: name in p,
    )


_ROUTE_MEMBERS: Final = (
    "RouteTableId",
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "GatewayId",
    "NatGatewayId",
)

NETWORK_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::EC2::EIP": ApiResource(
        service="ec2",
        create=(
            ApiCall(
                operation="AllocateAddress",
                parameters=lambda p, _: same(p, "Domain") | _tags(p, "elastic-ip"),
            ),
        ),
        delete=(ApiCall(operation="ReleaseAddress", parameters=lambda _, address: {"PublicIp": address}),),
        physical_id=lambda _properties, _name, answer: answer["PublicIp"],
        attributes=lambda _properties, _name, answer: same(answer, "AllocationId", "PublicIp"),
    ),
    "AWS::EC2::InternetGateway": ApiResource(
        service="ec2",
        create=(ApiCall(operation="CreateInternetGateway", parameters=lambda p, _: _tags(p, "internet-gateway")),),
        delete=(ApiCall(operation="DeleteInternetGateway", parameters=_id("InternetGatewayId")),),
        physical_id=lambda _properties, _name, answer: answer["InternetGateway"]["InternetGatewayId"],
        attributes=lambda _properties, _name, answer: same(answer.get("InternetGateway", {}), "InternetGatewayId"),
    ),
    "AWS::EC2::NatGateway": ApiResource(
        service="ec2",
        create=(
            ApiCall(
                operation="CreateNatGateway",
                parameters=lambda p, _: (
                    same(p, "SubnetId", "AllocationId", "ConnectivityType") | _tags(p, "natgateway")
                ),
            ),
        ),
        delete=(ApiCall(operation="DeleteNatGateway", parameters=_id("NatGatewayId")),),
        physical_id=lambda _properties, _name, answer: answer["NatGateway"]["NatGatewayId"],
        attributes=lambda _properties, _name, answer: same(answer.get("NatGateway", {}), "NatGatewayId"),
    ),
    "AWS::EC2::Route": ApiResource(
        service="ec2",
        create=(ApiCall(operation="CreateRoute", parameters=lambda p, _: same(p, *_ROUTE_MEMBERS)),),
        update=(ApiCall(operation="ReplaceRoute", parameters=lambda p, _: same(p, *_ROUTE_MEMBERS)),),
        delete=(ApiCall(operation="DeleteRoute", parameters=lambda p, _: same(p, *_ROUTE_MEMBERS[:3])),),
    ),
    "AWS::EC2::RouteTable": ApiResource(
        service="ec2",
        create=(
            ApiCall(operation="CreateRouteTable", parameters=lambda p, _: same(p, "VpcId") | _tags(p, "route-table")),
        ),
        delete=(ApiCall(operation="DeleteRouteTable", parameters=_id("RouteTableId")),),
        physical_id=lambda _properties, _name, answer: answer["RouteTable"]["RouteTableId"],
        attributes=lambda _properties, _name, answer: same(answer.get("RouteTable", {}), "RouteTableId"),
    ),
    "AWS::EC2::SecurityGroup": ApiResource(
        service="ec2",
        create=(
            ApiCall(
                operation="CreateSecurityGroup",
                parameters=lambda p, name: (
                    same(p, "VpcId")
                    | {"GroupName": name, "Description": p["GroupDescription"]}
                    | _tags(p, "security-group")
                ),
            ),
            ApiCall(
                operation="RevokeSecurityGroupEgress",
                parameters=lambda _, group_id: {"GroupId": group_id, "IpPermissions": _ALL_OUTBOUND},
                when=lambda p: "SecurityGroupEgress" in p,
            ),
            _rules("AuthorizeSecurityGroupEgress", "SecurityGroupEgress", _egress),
            _rules("AuthorizeSecurityGroupIngress", "SecurityGroupIngress", _ingress),
        ),
        delete=(ApiCall(operation="DeleteSecurityGroup", parameters=_id("GroupId")),),
        physical_id=lambda _properties, _name, answer: answer["GroupId"],
        attributes=lambda p, _name, answer: same(p, "VpcId") | same(answer, "GroupId"),
        name_property="GroupName",
    ),
    "AWS::EC2::SecurityGroupEgress": ApiResource(
        service="ec2",
        create=(ApiCall(operation="AuthorizeSecurityGroupEgress", parameters=_egress),),
        delete=(ApiCall(operation="RevokeSecurityGroupEgress", parameters=_egress),),
    ),
    "AWS::EC2::SecurityGroupIngress": ApiResource(
        service="ec2",
        create=(ApiCall(operation="AuthorizeSecurityGroupIngress", parameters=_ingress),),
        delete=(ApiCall(operation="RevokeSecurityGroupIngress", parameters=_ingress),),
    ),
    "AWS::EC2::Subnet": ApiResource(
        service="ec2",
        create=(
            ApiCall(
                operation="CreateSubnet",
                parameters=lambda p, _: same(p, "VpcId", "CidrBlock", "AvailabilityZone") | _tags(p, "subnet"),
            ),
            ApiCall(
                operation="ModifySubnetAttribute",
                parameters=lambda p, subnet_id: {
                    "SubnetId": subnet_id,
                    "MapPublicIpOnLaunch": {"Value": str(p["MapPublicIpOnLaunch"]).lower() == "true"},
                },
                when=lambda p: "MapPublicIpOnLaunch" in p,
            ),
        ),
        delete=(ApiCall(operation="DeleteSubnet", parameters=_id("SubnetId")),),
        physical_id=lambda _properties, _name, answer: answer["Subnet"]["SubnetId"],
        attributes=lambda _properties, _name, answer: same(
            answer.get("Subnet", {}), "SubnetId", "VpcId", "AvailabilityZone", "CidrBlock"
        ),
    ),
    "AWS::EC2::SubnetRouteTableAssociation": ApiResource(
        service="ec2",
        create=(ApiCall(operation="AssociateRouteTable", parameters=lambda p, _: same(p, "RouteTableId", "SubnetId")),),
        delete=(ApiCall(operation="DisassociateRouteTable", parameters=_id("AssociationId")),),
        physical_id=lambda _properties, _name, answer: answer["AssociationId"],
        attributes=lambda _properties, _name, answer: {"Id": answer.get("AssociationId")},
    ),
    "AWS::EC2::VPC": ApiResource(
        service="ec2",
        create=(
            ApiCall(
                operation="CreateVpc",
                parameters=lambda p, _: same(p, "CidrBlock", "InstanceTenancy") | _tags(p, "vpc"),
            ),
            _vpc_attribute("EnableDnsSupport"),
            _vpc_attribute("EnableDnsHostnames"),
        ),
        update=(_vpc_attribute("EnableDnsSupport"), _vpc_attribute("EnableDnsHostnames")),
        delete=(ApiCall(operation="DeleteVpc", parameters=_id("VpcId")),),
        physical_id=lambda _properties, _name, answer: answer["Vpc"]["VpcId"],
        attributes=lambda _properties, _name, answer: same(answer.get("Vpc", {}), "VpcId", "CidrBlock"),
    ),
    "AWS::EC2::VPCEndpoint": ApiResource(
        service="ec2",
        create=(
            ApiCall(
                operation="CreateVpcEndpoint",
                parameters=lambda p, _: (
                    same(p, "VpcId", "ServiceName", "VpcEndpointType", "SubnetIds", "SecurityGroupIds", "RouteTableIds")
                    | same(p, "PrivateDnsEnabled")
                    | _tags(p, "vpc-endpoint")
                ),
            ),
        ),
        delete=(ApiCall(operation="DeleteVpcEndpoints", parameters=lambda _, name: {"VpcEndpointIds": [name]}),),
        physical_id=lambda _properties, _name, answer: answer["VpcEndpoint"]["VpcEndpointId"],
    ),
    "AWS::EC2::VPCGatewayAttachment": ApiResource(
        service="ec2",
        create=(
            ApiCall(operation="AttachInternetGateway", parameters=lambda p, _: same(p, "InternetGatewayId", "VpcId")),
        ),
        delete=(
            ApiCall(operation="DetachInternetGateway", parameters=lambda p, _: same(p, "InternetGatewayId", "VpcId")),
        ),
    ),
}
