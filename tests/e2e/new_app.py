"""What `cdk init` and a first afternoon make: a network, a bucket, a queue, and custom resources of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import custom_resources as cr

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAGS = Path(__file__).parents[2] / "node_modules/aws-cdk/lib/init-templates/.recommended-feature-flags.json"

PYTHON = """
import cfnresponse_of_one_s_own

def handler(event, context):
    properties = event["ResourceProperties"]
    print(event["RequestType"], properties["Greeting"])
    cfnresponse_of_one_s_own.send(event, {"Greeting": properties["Greeting"].upper()})
"""
RESPONSE = """
import json, urllib.request

def send(event, data):
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "SUCCESS", "PhysicalResourceId": "greeting", "Data": data}
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")
    urllib.request.urlopen(request).close()
"""
NODE = """
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");

exports.onEvent = async (event) => {
  const { QueueUrl, Text } = event.ResourceProperties;
  if (event.RequestType !== "Delete") {
    const sent = await new SQSClient({}).send(new SendMessageCommand({ QueueUrl, MessageBody: Text }));
    return { PhysicalResourceId: "message", Data: { MessageId: sent.MessageId } };
  }
};
exports.isComplete = async () => ({ IsComplete: true });
"""


def new_app(folder: Path, stack_name: str, *, greeting: str, owner: str, visibility: int) -> Path:
    """Return an app as `cdk init` sets it up: with the recommended feature flags."""
    context: dict[str, Any] = json.loads(FLAGS.read_text())
    app = App(outdir=str(folder / "cdk.out"), context=context)
    stack = Stack(app, stack_name)
    Tags.of(stack).add("owner", owner)
    vpc = ec2.Vpc(stack, "Network", max_azs=2)
    vpc.add_gateway_endpoint("Storage", service=ec2.GatewayVpcEndpointAwsService.S3)
    bucket = s3.Bucket(
        stack, "Files", removal_policy=RemovalPolicy.DESTROY, auto_delete_objects=True, versioned=True, enforce_ssl=True
    )
    queue = sqs.Queue(stack, "Queue", visibility_timeout=Duration.seconds(visibility), enforce_ssl=True)
    python = lambda_.Function(
        stack,
        "Greeter",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_asset(_folder(folder / "python", {"index.py": PYTHON, f"{_MODULE}.py": RESPONSE})),
        timeout=Duration.minutes(1),
    )
    greeter = CustomResource(stack, "Greeting", service_token=python.function_arn, properties={"Greeting": greeting})
    node = _folder(folder / "node", {"index.js": NODE})
    provider = cr.Provider(
        stack,
        "Provider",
        on_event_handler=_node_function(stack, "OnEvent", node, "index.onEvent"),
        is_complete_handler=_node_function(stack, "IsComplete", node, "index.isComplete"),
    )
    queue.grant_send_messages(provider.on_event_handler)
    message = CustomResource(
        stack,
        "Message",
        service_token=provider.service_token,
        properties={"QueueUrl": queue.queue_url, "Text": greeting},
    )
    # The log groups, too: a function that is invoked before its group is there creates the group itself.
    greeter.node.add_dependency(python)
    message.node.add_dependency(queue, provider)
    logs.LogRetention(
        stack,
        "Retention",
        log_group_name=f"/{stack_name}/log",
        retention=logs.RetentionDays.ONE_DAY,
        removal_policy=RemovalPolicy.DESTROY,
    )
    looked_up = cr.AwsCustomResource(
        stack,
        "LookedUp",
        on_update=cr.AwsSdkCall(
            service="SQS",
            action="getQueueAttributes",
            parameters={"QueueUrl": queue.queue_url, "AttributeNames": ["VisibilityTimeout"]},
            physical_resource_id=cr.PhysicalResourceId.of(f"timeout-{visibility}"),
        ),
        policy=cr.AwsCustomResourcePolicy.from_statements(
            [iam.PolicyStatement(actions=["sqs:GetQueueAttributes"], resources=["*"])]
        ),
        install_latest_aws_sdk=False,
    )
    for name, value in {
        "Bucket": bucket.bucket_name,
        "Queue": queue.queue_url,
        "Vpc": vpc.vpc_id,
        "DefaultGroup": vpc.vpc_default_security_group,
        "Greeted": greeter.get_att_string("Greeting"),
        "MessageId": message.get_att_string("MessageId"),
        "Visibility": looked_up.get_response_field("Attributes.VisibilityTimeout"),
    }.items():
        CfnOutput(stack, f"{name}Out", value=value)
    return Path(app.synth().directory)


_MODULE = "cfnresponse_of_one_s_own"


def _folder(folder: Path, files: Mapping[str, str]) -> str:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return str(folder)


def _node_function(stack: Stack, name: str, folder: str, handler: str) -> lambda_.Function:
    return lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.NODEJS_22_X,
        handler=handler,
        code=lambda_.Code.from_asset(folder),
        timeout=Duration.minutes(1),
    )
