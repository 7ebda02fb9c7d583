"""What a deletion finds: properties that mean nothing, an unknown job, interfaces in the user's network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import aws_ec2 as ec2

from inference_recommendations_handler.protocol.contract import JobProperty, OwnerTag, ResourceType

from .applications import FIVE_HOURS
from .commands import until

if TYPE_CHECKING:
    from aws_cdk import Stack

    from .conftest import LocalAws
    from .lifecycle_stack import LifecycleStack

pytestmark = pytest.mark.e2e

ANSWERS = "answers"


def _delete_event(stack: LifecycleStack, aws: LocalAws, job: str, properties: Any) -> dict[str, Any]:
    """Send the handler a job's Delete that CloudFormation wouldn't; return the answer."""
    storage = aws.client("s3")
    storage.create_bucket(Bucket=ANSWERS)
    key = f"{job}-answer"
    event = {
        "RequestType": "Delete",
        "RequestId": f"{job}-request",
        "ResponseURL": storage.generate_presigned_url("put_object", Params={"Bucket": ANSWERS, "Key": key}),
        "StackId": stack.stack_id,
        "ResourceType": ResourceType.JOB,
        "LogicalResourceId": stack.tags(job)[OwnerTag.LOGICAL_ID],
        "PhysicalResourceId": job,
        "ResourceProperties": properties,
        "RequestedAt": stack.now,
    }
    function = stack.resource("AWS::Lambda::Function")["PhysicalResourceId"]
    aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    answer: dict[str, Any] = json.loads(storage.get_object(Bucket=ANSWERS, Key=key)["Body"].read())
    return answer


def test_properties_that_mean_nothing_fail_the_create_and_are_deleted_all_the_same(stack: LifecycleStack) -> None:
    def mangle(properties: dict[str, Any]) -> None:
        properties[JobProperty.REQUEST] = ["nonsense"]

    assert stack.deploy(mangle=mangle) == "ROLLBACK_COMPLETE"
    assert any("The property Request is missing" in reason for reason in stack.reasons())
    assert not stack.requests


def test_a_job_is_stopped_whatever_properties_its_delete_has(stack: LifecycleStack, aws: LocalAws) -> None:
    unusable: list[Any] = [None, {}, {"Request": "nonsense", "NamePrefix": ["x"]}, ["nonsense"]]
    with stack.in_real_time():
        stack.deploy(jobs=len(unusable), wait=False, **FIVE_HOURS)
        until(lambda: len(stack.requests) == len(unusable))
        for job, properties in zip(stack.requests, unusable, strict=True):
            answer = _delete_event(stack, aws, job, properties)
            assert answer["Status"] == "SUCCESS", (properties, answer)
            assert stack.job(job)["Status"] in {"STOPPING", "STOPPED"}, properties


def test_a_job_that_an_older_release_deployed_is_stopped(stack: LifecycleStack) -> None:
    def mangle(properties: dict[str, Any]) -> None:
        known = {"ServiceToken", JobProperty.REQUEST, JobProperty.NAME_PREFIX, JobProperty.STATE_MACHINE_ARN}
        for name in properties.keys() - known:
            del properties[name]

    with stack.in_real_time():
        stack.deploy(mangle=mangle, wait=False, **FIVE_HOURS)
        until(lambda: bool(stack.requests))
        stack.delete(wait=False)
    assert stack.wait() == "DELETE_COMPLETE", stack.reasons()
    [job] = stack.requests
    assert stack.job(job)["Status"] == "STOPPED"


def test_a_job_that_the_service_does_not_know_is_deleted(stack: LifecycleStack) -> None:
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    stack.order("vanish-job", job=stack.outputs["JobName"])
    assert stack.delete() == "DELETE_COMPLETE", stack.reasons()


def test_a_deletion_waits_until_the_network_interfaces_are_gone(stack: LifecycleStack, aws: LocalAws) -> None:
    network = aws.client("ec2")
    vpc_id = network.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = ["us-east-1a", "us-east-1b"]
    subnets = [
        network.create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate(zones)
    ]

    def vpc(scope: Stack) -> ec2.IVpc:
        return ec2.Vpc.from_vpc_attributes(
            scope, "Vpc", vpc_id=vpc_id, availability_zones=zones, private_subnet_ids=subnets
        )

    def interfaces() -> list[dict[str, Any]]:
        of_the_vpc = [{"Name": "vpc-id", "Values": [vpc_id]}]
        found: list[dict[str, Any]] = network.describe_network_interfaces(Filters=of_the_vpc)["NetworkInterfaces"]
        return found

    with stack.in_real_time(speed=60):
        stack.deploy(wait=False, vpc=vpc, **FIVE_HOURS)
        until(lambda: {interface["SubnetId"] for interface in interfaces()} == set(subnets))
        stack.delete(wait=False)
    assert stack.wait() == "DELETE_COMPLETE", stack.reasons()
    assert not interfaces()
    assert stack.job(stack.requests[0])["Status"] == "STOPPED"
