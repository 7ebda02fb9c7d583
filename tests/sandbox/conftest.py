"""A running sandbox, and stacks deployed to it."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from inference_recommender_sandbox.functions.preloaded_python import ForkServers
from inference_recommender_sandbox.server import ACCOUNT_ID, DEFAULT_REGION, Sandbox, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SPEED = 3600
DEADLINE_SECONDS = 120

# Responds as its properties say: Id, Data, Fail, Sleep, Silent, Raw.
CUSTOM_RESOURCE = """
import json, time, urllib.request
import boto3

def handler(event, context):
    if "ResponseURL" not in event:
        return {"received": event, "time": time.time(), "remaining": context.get_remaining_time_in_millis()}
    print("EVENT " + json.dumps(event | {"received": time.time()}))
    properties = event["ResourceProperties"]
    if properties.get("Silent") == event["RequestType"]:
        return
    if properties.get("Crash") == event["RequestType"]:
        raise ValueError("asked to crash")
    failed = properties.get("Fail") == event["RequestType"]
    response = {
        "Status": "FAILED" if failed else "SUCCESS",
        "Reason": "asked to fail",
        "PhysicalResourceId": properties.get("Id", event["LogicalResourceId"]),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Value": properties.get("Value", "none"), "Now": str(time.time())},
        **json.loads(properties.get("Raw", "{}")),
    }
    body = json.dumps(response).encode() + b" " * int(properties.get("Padding", "0"))
    for attempt in range(3):
        request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})
        try:
            with urllib.request.urlopen(request):
                return
        except urllib.error.HTTPError as error:
            print("refused", error.code)
"""


@dataclass(kw_only=True)
class Account:
    """What a user does with the sandbox, through boto3."""

    sandbox: Sandbox
    function_role: str = ""
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,  # type: ignore[call-overload]
                endpoint_url=self.sandbox.endpoint_url,
                region_name="us-east-1",
                aws_access_key_id="x",
                aws_secret_access_key="x",
            )
        return self.clients[service]

    def order(self, fault: Mapping[str, Any]) -> None:
        """Order a fault through the admin API."""
        url = f"{self.sandbox.endpoint_url}/_sandbox/faults"
        request = urllib.request.Request(url, data=json.dumps(fault).encode())  # noqa: S310 - the sandbox's own
        urllib.request.urlopen(request).close()  # noqa: S310 - the sandbox's own

    def name(self) -> str:
        return f"stack-{uuid.uuid4().hex[:8]}"

    def deploy(
        self,
        resources: Mapping[str, Any],
        *,
        name: str | None = None,
        outputs: Mapping[str, Any] | None = None,
        wait: bool = True,
        **options: Any,
    ) -> str:
        """Create or update a stack; return its id."""
        template = {"Resources": resources, **({"Outputs": outputs} if outputs else {})}
        template |= {
            key: options.pop(key)
            for key in ("Parameters", "Conditions", "Mappings", "Description", "Transform")
            if key in options
        }
        stacks = self.client("cloudformation")
        arguments: dict[str, Any] = {
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            **options,
        }
        if name and name.startswith("arn:"):
            stack_id: str = stacks.update_stack(StackName=name, **arguments)["StackId"]
        else:
            stack_id = str(stacks.create_stack(StackName=name or self.name(), **arguments)["StackId"])
        if wait:
            self.wait(stack_id)
        return stack_id

    def delete(self, stack_id: str, **options: Any) -> str:
        """Delete a stack; return its status."""
        self.client("cloudformation").delete_stack(StackName=stack_id, **options)
        return self.wait(stack_id)

    def stack(self, stack_id: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"][0]
        return described

    def status(self, stack_id: str) -> str:
        return str(self.stack(stack_id)["StackStatus"])

    def wait(self, stack_id: str) -> str:
        """Wait for the stack's operation to end; return the status."""
        store = self.sandbox.engines.of(ACCOUNT_ID, DEFAULT_REGION).store
        # Without a call, which takes longer than most of what is waited for.
        self.until(lambda: not store.get(stack_id).status.endswith("_IN_PROGRESS"), longest_pause=0.02)
        return self.status(stack_id)

    def until(self, condition: Any, *, longest_pause: float = 0.1) -> None:
        deadline, pause = time.monotonic() + DEADLINE_SECONDS, 0.01
        while not condition():
            assert time.monotonic() < deadline, "it takes too long"
            time.sleep(pause)
            # The sandbox is in this process: a caller that polls without a pause keeps it from its work.
            pause = min(1.5 * pause, longest_pause)

    def outputs(self, stack_id: str) -> dict[str, str]:
        return {item["OutputKey"]: item["OutputValue"] for item in self.stack(stack_id).get("Outputs", [])}

    def events(self, stack_id: str) -> list[tuple[str, str]]:
        """Logical ids and statuses, the oldest first; the stack itself is `stack`."""
        return [
            (
                "stack" if event["PhysicalResourceId"] == stack_id else event["LogicalResourceId"],
                event["ResourceStatus"],
            )
            for event in self._raw_events(stack_id)
        ]

    def reason(self, stack_id: str, logical_id: str) -> str:
        """Return why a resource failed, the last time that it did."""
        return next(
            str(event["ResourceStatusReason"])
            for event in reversed(self._raw_events(stack_id))
            if event["LogicalResourceId"] == logical_id and event["ResourceStatus"].endswith("FAILED")
        )

    def received(self, stack_id: str) -> list[dict[str, Any]]:
        """Return the custom resources' events that functions have received for a stack, in order."""
        found = []
        for group in self.client("logs").describe_log_groups()["logGroups"]:
            if group["logGroupName"].startswith("/aws/lambda/"):
                response = self.client("logs").filter_log_events(logGroupName=group["logGroupName"])
                found += [event for event in response["events"] if event["message"].startswith("EVENT ")]
        events = [json.loads(event["message"].removeprefix("EVENT ")) for event in found]
        # Lines that a function logs in the same moment have no order in its log.
        in_order = sorted(events, key=lambda event: float(event.pop("received")))
        return [event for event in in_order if event["StackId"] == stack_id]

    def role(self, service: str, *statements: Mapping[str, Any]) -> str:
        """Create a role that a service may assume; return its ARN."""
        iam, name = self.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=policy)
        return arn

    def function(self, code: str = CUSTOM_RESOURCE, **properties: Any) -> str:
        """Deploy a function in a stack of its own; return its ARN."""
        definition = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"ZipFile": code},
                "Handler": "index.handler",
                "Runtime": "python3.13",
                "Role": self.role("lambda.amazonaws.com"),
                # Lambda's default of 3 s is soon over where other tests want the processor, too.
                "Timeout": 60,
                **properties,
            },
        }
        stack_id = self.deploy(
            {"Function": definition}, outputs={"Arn": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}}}
        )
        assert self.status(stack_id) == "CREATE_COMPLETE", self._raw_events(stack_id)
        return str(self.outputs(stack_id)["Arn"])

    def _raw_events(self, stack_id: str) -> list[dict[str, Any]]:
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
        return [event for page in pages for event in page["StackEvents"]][::-1]


@pytest.fixture(scope="session")
def fork_servers() -> Iterator[ForkServers]:
    """Those of all sandboxes, since a start takes longer than most tests."""
    servers = ForkServers()
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def account(fork_servers: ForkServers) -> Iterator[Account]:
    """The sandbox of all tests in a file; each makes stacks of its own."""
    sandbox = start(speed=SPEED, fork_servers=fork_servers)
    yield Account(sandbox=sandbox)
    sandbox.stop()


@pytest.fixture(scope="module")
def provider(account: Account) -> str:
    """ARN of a function that handles custom resources as their properties say."""
    return account.function()
