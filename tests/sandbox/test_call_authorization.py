"""What a function's session may call of the services that know nothing of permissions."""

from __future__ import annotations

import itertools
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
    "ssm:PutParameter": (
        "ssm",
        "AccessDeniedException",
        lambda client: client.put_parameter(Name="/p", Value="v", Type="String", Overwrite=True),
    ),
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
