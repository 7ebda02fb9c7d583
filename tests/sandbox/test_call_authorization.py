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

from inference_recommender_sandbox.iam.call_resources import Account as Place
from inference_recommender_sandbox.iam.call_resources import resources

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


ARN = "arn:aws:{}:us-east-1:123456789012:{}"
NARROW: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "s3:ListBucket": ("s3", "arn:aws:s3:::mine", lambda client: client.list_objects_v2(Bucket="mine")),
    "s3:GetObject": ("s3", "arn:aws:s3:::mine/a/key", lambda client: client.get_object(Bucket="mine", Key="a/key")),
    "s3:PutObject": ("s3", "arn:aws:s3:::mine/a/key", lambda client: client.put_object(Bucket="mine", Key="a/key")),
    "s3:DeleteObject": (
        "s3",
        "arn:aws:s3:::mine/*",
        lambda client: client.delete_objects(Bucket="mine", Delete={"Objects": [{"Key": "a/key"}]}),
    ),
    "ssm:GetParameter": ("ssm", ARN.format("ssm", "parameter/a/b"), lambda client: client.get_parameter(Name="/a/b")),
    "ssm:GetParameters": (
        "ssm",
        ARN.format("ssm", "parameter/a/*"),
        lambda client: client.get_parameters(Names=["/a/b", "/a/c"]),
    ),
    "ssm:GetParametersByPath": (
        "ssm",
        ARN.format("ssm", "parameter/a"),
        lambda client: client.get_parameters_by_path(Path="/a"),
    ),
    "logs:CreateLogGroup": (
        "logs",
        ARN.format("logs", "log-group:/g"),
        lambda client: client.create_log_group(logGroupName="/g"),
    ),
    "logs:DescribeLogStreams": (
        "logs",
        ARN.format("logs", "log-group:/g:*"),
        lambda client: client.describe_log_streams(logGroupName="/g"),
    ),
    "logs:PutLogEvents": (
        "logs",
        ARN.format("logs", "log-group:/g:log-stream:s"),
        lambda client: client.put_log_events(
            logGroupName="/g", logStreamName="s", logEvents=[{"timestamp": 1, "message": "m"}]
        ),
    ),
    "iam:GetRole": ("iam", "arn:aws:iam::123456789012:role/one", lambda client: client.get_role(RoleName="one")),
    "iam:CreateRole": (
        "iam",
        "arn:aws:iam::123456789012:role/teams/new",
        lambda client: client.create_role(RoleName="new", Path="/teams/", AssumeRolePolicyDocument="{}"),
    ),
    "iam:GetPolicy": (
        "iam",
        "arn:aws:iam::123456789012:policy/one",
        lambda client: client.get_policy(PolicyArn="arn:aws:iam::123456789012:policy/one"),
    ),
    "sqs:SendMessage": (
        "sqs",
        ARN.format("sqs", "one"),
        lambda client: client.send_message(QueueUrl="http://localhost/123456789012/one", MessageBody="m"),
    ),
    "sns:Publish": (
        "sns",
        ARN.format("sns", "one"),
        lambda client: client.publish(TopicArn=ARN.format("sns", "one"), Message="m"),
    ),
    "dynamodb:GetItem": (
        "dynamodb",
        ARN.format("dynamodb", "table/one"),
        lambda client: client.get_item(TableName="one", Key={"k": {"S": "v"}}),
    ),
    "secretsmanager:GetSecretValue": (
        "secretsmanager",
        ARN.format("secretsmanager", "secret:one-abcdef"),
        lambda client: client.get_secret_value(SecretId=ARN.format("secretsmanager", "secret:one-abcdef")),
    ),
    "lambda:InvokeFunction": (
        "lambda",
        ARN.format("lambda", "function:one"),
        lambda client: client.invoke(FunctionName=ARN.format("lambda", "function:one:live")),
    ),
    "lambda:GetFunction": (
        "lambda",
        ARN.format("lambda", "function:one"),
        lambda client: client.get_function(FunctionName="one"),
    ),
    "events:PutEvents": (
        "events",
        ARN.format("events", "event-bus/default"),
        lambda client: client.put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}]),
    ),
    "events:PutRule": (
        "events",
        ARN.format("events", "rule/one"),
        lambda client: client.put_rule(Name="one", EventPattern="{}"),
    ),
    "kms:Decrypt": (
        "kms",
        ARN.format("kms", "key/one"),
        lambda client: client.decrypt(CiphertextBlob=b"c", KeyId="one"),
    ),
    "ecr:ListImages": (
        "ecr",
        ARN.format("ecr", "repository/one"),
        lambda client: client.list_images(repositoryName="one"),
    ),
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
    "s3:ListBucketVersions": ("s3", "arn:aws:s3:::named", lambda client: client.list_object_versions(Bucket="named")),
}


def error_of(call: Callable[[], Any]) -> str:
    """Return the error that a call gets, for instance since what it names doesn't exist; empty text for none."""
    try:
        call()
    except ClientError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("action", NARROW)
def test_a_permission_on_the_calls_own_resource_is_enough(account: Account, action: str) -> None:
    service, resource, call = NARROW[action]
    assert "not authorized" not in error_of(lambda: call(session(account, service, allow(action, resource))))
    for statement in (allow(action, f"{resource[:-1]}~"), allow("sagemaker:*", resource)):
        with pytest.raises(ClientError, match=f"is not authorized to perform: {action} on resource: arn:"):
            call(session(account, service, statement))


def test_a_denial_of_any_resource_denies_a_call_whose_resource_is_unknown(account: Account) -> None:
    narrow = {"Effect": "Deny", "Action": "ec2:*", "Resource": ARN.format("ec2", "vpc/vpc-1")}
    assert "not authorized" not in error_of(session(account, "ec2", allow("ec2:*")).describe_vpcs)
    assert "explicit deny" in error_of(session(account, "ec2", allow("ec2:*"), narrow).describe_vpcs)


def test_a_secret_that_is_named_without_its_suffix_is_a_resource_that_is_unknown(account: Account) -> None:
    name = account.name()
    account.client("secretsmanager").create_secret(Name=name, SecretString="x")
    allowed = allow("secretsmanager:*")
    narrow = {"Effect": "Deny", "Action": "*", "Resource": ARN.format("secretsmanager", f"secret:{name}-??????")}

    def read(*statements: Any) -> str:
        client = session(account, "secretsmanager", *statements)
        return error_of(lambda: client.get_secret_value(SecretId=name))

    assert "not authorized" not in read(allowed)
    assert "explicit deny" in read(allowed, narrow)


def test_a_copy_needs_reading_its_source(account: Account) -> None:
    source, target = account.name(), account.name()
    for bucket in (source, target):
        account.client("s3").create_bucket(Bucket=bucket)
    account.client("s3").put_object(Bucket=source, Key="key", Body=b"body")
    writing = allow("s3:PutObject", f"arn:aws:s3:::{target}/*")
    copy = {"Bucket": target, "Key": "key", "CopySource": {"Bucket": source, "Key": "key"}}
    with pytest.raises(ClientError, match=f"s3:GetObject on resource: arn:aws:s3:::{source}/key"):
        session(account, "s3", writing).copy_object(**copy)
    session(account, "s3", writing, allow("s3:GetObject", f"arn:aws:s3:::{source}/*")).copy_object(**copy)


def test_every_named_resource_must_be_allowed(account: Account) -> None:
    client = session(account, "ssm", allow("ssm:GetParameters", ARN.format("ssm", "parameter/a")))
    with pytest.raises(ClientError, match=r"resource: .*:parameter/b"):
        client.get_parameters(Names=["/a", "/b"])


def test_a_roles_path_is_part_of_its_resource(account: Account) -> None:
    name = account.name()
    trust = '{"Statement": []}'
    account.client("iam").create_role(RoleName=name, Path="/teams/", AssumeRolePolicyDocument=trust)
    allowed = f"arn:aws:iam::123456789012:role/teams/{name}"
    assert session(account, "iam", allow("iam:GetRole", allowed)).get_role(RoleName=name)["Role"]["Arn"] == allowed
    with pytest.raises(ClientError, match=f"on resource: {allowed}"):
        session(account, "iam", allow("iam:GetRole", allowed.replace("/teams", ""))).get_role(RoleName=name)


@pytest.mark.parametrize(
    ("service", "operation", "members"),
    [
        ("secretsmanager", "GetSecretValue", {"SecretId": "by-name"}),
        ("kms", "Encrypt", {"KeyId": "alias/one"}),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"one": {}}}),
        ("ec2", "DescribeSubnets", {"SubnetId.1": "subnet-1"}),
        ("s3", "ListBuckets", {}),
        ("iam", "AddRoleToInstanceProfile", {"RoleName": "one", "InstanceProfileName": "p"}),
        ("iam", "AttachUserPolicy", {"UserName": "one", "PolicyArn": "arn:aws:iam::aws:policy/P"}),
        ("events", "PutRule", {"Name": "one", "EventBusName": "other"}),
        ("lambda", "CreateEventSourceMapping", {"FunctionName": "one"}),
        ("unheard-of", "Anything", {"Name": "one"}),
    ],
)
def test_an_unknown_resource_is_everything(service: str, operation: str, members: dict[str, Any]) -> None:
    assert resources(service, operation, members, Place(account_id="123456789012", region="us-east-1")) == ["*"]


@pytest.mark.parametrize(
    ("condition", "is_granted"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
    ],
)
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

    assert ("not authorized" not in error_of(lambda: call(granted))) is is_granted
    assert "not authorized" in error_of(lambda: call(other))


def test_a_bucket_s_policy_denies_where_its_condition_cannot_be_judged(account: Account) -> None:
    bucket = account.name()
    account.client("s3").create_bucket(Bucket=bucket)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
    client = session(account, "s3", allow("s3:*"))
    assert "explicit deny" in error_of(lambda: client.list_objects_v2(Bucket=bucket))


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


def test_a_condition_on_a_key_of_another_service_denies(account: Account) -> None:
    denied = allow("ssm:DescribeParameters") | {"Effect": "Deny"}
    unknown = denied | {"Condition": {"StringEquals": {"ssm:resourceTag/team": "other"}}}
    session(
        account, "ssm", allow("*"), denied | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    ).describe_parameters()
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        session(account, "ssm", allow("*"), unknown).describe_parameters()
