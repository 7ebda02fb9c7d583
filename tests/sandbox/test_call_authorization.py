"""What a function's session may call of the services that know nothing of permissions."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.conftest import Account

KEYS = itertools.count()
CALLS: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "ec2:DescribeNetworkInterfaces": (
        "ec2",
        "UnauthorizedOperation",
        lambda client: client.describe_network_interfaces(),
    ),
    "ssm:DescribeParameters": ("ssm", "AccessDeniedException", lambda client: client.describe_parameters()),
    "logs:DescribeLogGroups": ("logs", "AccessDeniedException", lambda client: client.describe_log_groups()),
    "kms:CreateKey": ("kms", "AccessDeniedException", lambda client: client.create_key()),
    "iam:ListRoles": ("iam", "AccessDenied", lambda client: client.list_roles()),
    "cloudwatch:PutMetricData": (
        "cloudwatch",
        "AccessDeniedException",
        lambda client: client.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1}]),
    ),
    "lambda:ListFunctions": ("lambda", "AccessDeniedException", lambda client: client.list_functions()),
    "s3:ListAllMyBuckets": ("s3", "AccessDenied", lambda client: client.list_buckets()),
    "cloudformation:ListStacks": ("cloudformation", "AccessDenied", lambda client: client.list_stacks()),
}


def session(account: Account, service: str, *statements: Any) -> Any:
    """Return a client that runs as a function whose role is allowed this."""
    key, role = f"ASIAGATE{next(KEYS):012d}", account.role("lambda.amazonaws.com", *statements).rpartition("/")[2]
    account.sandbox.authorizer.register_session(key, role, "function")
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=account.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


def allow(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


@pytest.mark.parametrize("action", CALLS)
def test_a_call_needs_its_action_on_everything(account: Account, action: str) -> None:
    service, code, call = CALLS[action]
    call(session(account, service, allow(action)))
    for statements in ([], [allow("sagemaker:*")], [allow(action, "arn:aws:*:us-east-1:123456789012:*")]):
        with pytest.raises(ClientError) as refused:
            call(session(account, service, *statements))
        error = refused.value.response["Error"]
        assert error["Code"] == code
        assert f"is not authorized to perform: {action} on resource: *" in error["Message"]


NAMED: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "ssm:PutParameter": (
        "ssm",
        "arn:aws:ssm:us-east-1:123456789012:parameter/a/b",
        lambda client: client.put_parameter(Name="/a/b", Value="v", Type="String", Overwrite=True),
    ),
    "logs:PutRetentionPolicy": (
        "logs",
        "arn:aws:logs:us-east-1:123456789012:log-group:/named:*",
        lambda client: client.put_retention_policy(logGroupName="/named", retentionInDays=1),
    ),
    "sqs:GetQueueAttributes": (
        "sqs",
        "arn:aws:sqs:us-east-1:123456789012:named",
        lambda client: client.get_queue_attributes(QueueUrl="http://localhost/123456789012/named"),
    ),
    "ec2:AuthorizeSecurityGroupIngress": (
        "ec2",
        "arn:aws:ec2:us-east-1:123456789012:security-group/sg-1",
        lambda client: client.authorize_security_group_ingress(GroupId="sg-1", IpPermissions=[]),
    ),
    "lambda:InvokeFunction": (
        "lambda",
        "arn:aws:lambda:us-east-1:123456789012:function:named",
        lambda client: client.invoke(FunctionName="named"),
    ),
    "s3:GetObject": ("s3", "arn:aws:s3:::named/a/key", lambda client: client.get_object(Bucket="named", Key="a/key")),
    "s3:ListBucketVersions": ("s3", "arn:aws:s3:::named", lambda client: client.list_object_versions(Bucket="named")),
}
"""Calls of what doesn't exist, mostly: it is enough that they aren't refused for want of a permission."""


def refused_for_permissions(call: Callable[[Any], Any], client: Any) -> str:
    """Return the message of a call that was refused for want of a permission; else an empty text."""
    try:
        call(client)
    except ClientError as error:
        message = str(error)
        return message if "not authorized to perform" in message else ""
    return ""


@pytest.mark.parametrize("action", NAMED)
def test_a_call_needs_its_action_on_what_it_names(account: Account, action: str) -> None:
    service, arn, call = NAMED[action]
    for resource in ("*", arn, f"{arn[:-2]}*"):
        assert not refused_for_permissions(call, session(account, service, allow(action, resource)))
    for statements in ([], [allow(action, f"{arn}-other")], [allow("sagemaker:*", arn)]):
        message = refused_for_permissions(call, session(account, service, *statements))
        assert f"is not authorized to perform: {action} on resource: {arn} " in message
    denied = session(account, service, allow("*"), {**allow(action, arn), "Effect": "Deny"})
    assert "explicit deny" in refused_for_permissions(call, denied)


@pytest.mark.parametrize(("condition", "is_granted"), [({}, True), ({"Bool": {"aws:SecureTransport": "true"}}, False)])
def test_a_bucket_s_policy_may_grant_a_call(account: Account, condition: dict[str, Any], *, is_granted: bool) -> None:
    bucket = account.name()
    account.client("s3").create_bucket(Bucket=bucket)
    granted, other = session(account, "s3"), session(account, "s3")
    key = granted._request_signer._credentials.access_key
    role = account.sandbox.authorizer.session(key).role_name  # type: ignore[union-attr] # it was registered
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::123456789012:role/{role}"},
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{bucket}",
        **({"Condition": condition} if condition else {}),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)

    def call(client: Any) -> Any:
        return client.list_objects_v2(Bucket=bucket)

    assert bool(refused_for_permissions(call, granted)) is not is_granted
    assert refused_for_permissions(call, other)


def test_objects_need_the_actions_on_objects(account: Account) -> None:
    bucket = account.name()
    account.client("s3").create_bucket(Bucket=bucket)
    client = session(account, "s3", allow("s3:PutObject"), allow("s3:GetObject"))
    client.put_object(Bucket=bucket, Key="a/key", Body=b"body")
    assert client.get_object(Bucket=bucket, Key="a/key")["Body"].read() == b"body"
    with pytest.raises(ClientError, match=r"AccessDenied.*s3:ListBucket"):
        client.list_objects_v2(Bucket=bucket)
    with pytest.raises(ClientError, match=r"AccessDenied.*s3:DeleteObject"):
        client.delete_object(Bucket=bucket, Key="a/key")


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [("GET", "/key", "s3:GetObject"), ("GET", "/", "s3:ListBucket"), ("DELETE", "/key", "s3:DeleteObject")],
)
def test_a_bucket_may_be_a_subdomain(account: Account, method: str, path: str, action: str) -> None:
    port = account.sandbox.port
    key = session(account, "s3")._request_signer._credentials.access_key
    request = urllib.request.Request(
        f"http://localhost:{port}{path}",
        method=method,
        headers={
            "Host": f"bucket.localhost:{port}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20250101/us-east-1/s3/aws4_request",
        },
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)  # noqa: S310 - the sandbox's own
    assert f"is not authorized to perform: {action} on" in refused.value.read().decode()


def test_who_calls_is_no_permission(account: Account) -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert session(account, "sts", deny).get_caller_identity()["Account"] == "123456789012"
