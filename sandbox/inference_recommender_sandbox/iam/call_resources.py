"""Which resources a call is about, for the services that the sandbox authorises calls of.

Source: Service Authorization Reference, resource types of each service. Only a permission on everything allows a call
whose resource isn't known here, and any denial of its action denies it: stricter than AWS, and right about permissions
for the many actions that support no narrower resource, such as most of EC2's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.iam.models import iam_backends

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .policy_evaluation import UNKNOWN_RESOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a call is made.

    Attributes:
        account_id: Twelve digits.
        region: That the call is signed for.
        partition: Of AWS.
    """

    account_id: str
    region: str
    partition: str = "aws"


@dataclass(frozen=True)
class _Rule:
    """The member of a request that names the resource.

    Attributes:
        operations: Pattern of the operations' names.
        member: Its value may be an ARN, which is the resource itself.
        resource: What follows the account id in the ARN; `{}` is the member's value. None if only an ARN names it.
    """

    operations: str
    member: str
    resource: str | None


_RULES: Final[Mapping[str, Sequence[_Rule]]] = {
    "dynamodb": (
        _Rule(
            "(Get|Put|Update|Delete)Item|(Create|Describe|Update|Delete)Table|Describe(TimeToLive|ContinuousBackups)",
            "TableName",
            "table/{}",
        ),
    ),
    "ec2": (_Rule("(Authorize|Revoke)SecurityGroup(Ingress|Egress)", "GroupId", "security-group/{}"),),
    "ecr": (_Rule("(?!Get(Authorization|Registry)).*", "repositoryName", "repository/{}"),),
    "kms": (_Rule("(?!(Create|Update|Delete)Alias).*", "KeyId", "key/{}"),),
    "lambda": (_Rule("(?!.*EventSourceMapping).*", "FunctionName", "function:{}"),),
    "logs": (
        _Rule("CreateLogGroup", "logGroupName", "log-group:{}"),
        _Rule("(?!Describe.*Filter|DescribeLogGroups).*", "logGroupName", "log-group:{}:log-stream:"),
    ),
    "secretsmanager": (_Rule("(?!CreateSecret).*", "SecretId", None),),
    "sns": (
        _Rule("CreateTopic", "Name", "{}"),
        _Rule(".*", "TopicArn", None),
    ),
    "sqs": (
        _Rule("CreateQueue|GetQueueUrl", "QueueName", "{}"),
        _Rule(".*", "QueueUrl", "{}"),
    ),
    "ssm": (
        _Rule("(Get|Put|Delete|Label|Unlabel)Parameter(History|Version)?", "Name", "parameter/{}"),
        _Rule("(Get|Delete)Parameters", "Names", "parameter/{}"),
        _Rule("GetParametersByPath", "Path", "parameter/{}"),
    ),
    "sts": (_Rule("AssumeRole", "RoleArn", None),),
}
_FUNCTION: Final = re.compile(r"(?:(?:arn:[^:]+:lambda:[^:]+:)?\d+:function:)?(?P<name>[^:]+)(?::.*)?")


def resources(service: str, operation: str, members: Mapping[str, Any], account: Account) -> list[str]:
    """Return the ARNs of the resources of a call; each must be allowed.

    Args:
        service: IAM's prefix, for instance `ssm`.
        operation: For instance `PutParameter`.
        members: Of the request.
        account: Where it is made.
    """
    if service == "s3":
        return [_s3_resource(operation, members, account)]
    if service == "iam":
        return [_iam_resource(operation, members, account)]
    if service == "events":
        return list(_event_resources(operation, members, account))
    for rule in _RULES.get(service, ()):
        if rule.member in members and re.fullmatch(rule.operations, operation):
            value = members[rule.member]
            values = value if isinstance(value, list) else [value]
            return [_named(service, rule, str(each), members, account) for each in values] or [UNKNOWN_RESOURCE]
    return [UNKNOWN_RESOURCE]


def known_resources() -> Iterator[tuple[str, list[str]]]:
    """Yield the services whose calls are about known resources, with the last parts of these ones' ARNs."""
    own = {
        "events": ["event-bus/{}", "rule/{}"],
        "iam": ["policy/{}", "role/{}"],
        "s3": ["{bucket}", "{bucket}/{key}"],
    }
    ruled = {
        service: sorted({"{}" if rule.resource is None else rule.resource for rule in rules})
        for service, rules in _RULES.items()
    }
    yield from sorted({**own, **ruled}.items())


def _named(service: str, rule: _Rule, value: str, members: Mapping[str, Any], account: Account) -> str:
    if service != "lambda" and value.startswith("arn:"):
        return value
    if rule.resource is None or value.startswith("alias/"):
        return UNKNOWN_RESOURCE
    if service == "lambda":
        function = _FUNCTION.fullmatch(value)
        value = function["name"] if function else value
    elif service == "ssm":
        value = value.removeprefix("/").partition(":")[0]
    elif service == "sqs":
        value = value.rsplit("/", 1)[-1]
    stream = str(members.get("logStreamName", "")) if rule.resource.endswith("log-stream:") else ""
    return _arn(service, rule.resource.format(value) + stream, account)


def _arn(service: str, resource: str, account: Account) -> str:
    region = "" if service == "iam" else account.region
    return f"arn:{account.partition}:{service}:{region}:{account.account_id}:{resource}"


def _s3_resource(operation: str, members: Mapping[str, Any], account: Account) -> str:
    bucket, key = members.get("Bucket"), members.get("Key")
    if not bucket:
        return UNKNOWN_RESOURCE
    place = f"arn:{account.partition}:s3:::{bucket}"
    if operation == "DeleteObjects":
        return f"{place}/*"  # which objects is in the body: all of the bucket's must be allowed
    return f"{place}/{key}" if key else place


def _iam_resource(operation: str, members: Mapping[str, Any], account: Account) -> str:
    role_name = members.get("RoleName")
    if role_name and "InstanceProfile" not in operation:
        with MOTO_LOCK:
            roles = iam_backends[account.account_id][account.partition].roles.values()
            known = next((str(role.arn) for role in roles if role.name == role_name), None)
        return known or _arn("iam", f"role{members.get('Path') or '/'}{role_name}", account)
    if operation == "CreatePolicy":
        return _arn("iam", f"policy{members.get('Path') or '/'}{members.get('PolicyName')}", account)
    if members.get("PolicyArn") and "ttachUser" not in operation and "ttachGroup" not in operation:
        return str(members["PolicyArn"])
    return UNKNOWN_RESOURCE


def _event_resources(operation: str, members: Mapping[str, Any], account: Account) -> Iterator[str]:
    if operation == "PutEvents":
        buses = {str(entry.get("EventBusName") or "default") for entry in members.get("Entries") or [{}]}
        yield from (bus if bus.startswith("arn:") else _arn("events", f"event-bus/{bus}", account) for bus in buses)
        return
    name = members.get("Rule") if "Target" in operation else members.get("Name")
    if name and members.get("EventBusName", "default") == "default" and not operation.startswith("List"):
        yield _arn("events", f"rule/{name}", account)
    else:
        yield UNKNOWN_RESOURCE
