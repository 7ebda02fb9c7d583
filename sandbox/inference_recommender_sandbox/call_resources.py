"""What a function's call is about: the ARN that its role must allow the action on, and the policy that the ARN has.

The table below has what a request names. Any other action must be allowed on `*`, which is harsher than
AWS where an action supports a narrower resource.

Source of the ARNs: Service Authorization Reference, "Resource types" of each service.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from moto.s3.models import s3_backends

from inference_recommender_sandbox.policy_evaluation import as_list, statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommender_sandbox.policy_evaluation import PolicyDocument

_MEMBERS: Final[Mapping[str, tuple[str, str]]] = {
    "dynamodb": ("TableName", "table/{}"),
    "ec2": ("GroupId", "security-group/{}"),
    "ecr": ("repositoryName", "repository/{}"),
    "kms": ("KeyId", "key/{}"),
    "lambda": ("FunctionName", "function:{}"),
    "logs": ("logGroupName", "log-group:{}:*"),
    "sns": ("TopicArn", "{}"),
    "sqs": ("QueueUrl", "{}"),
    "ssm": ("Name", "parameter/{}"),
}
"""The member of a request that names what it is about, and the last part of that one's ARN."""
_EVERYTHING: Final = frozenset({"logs:CreateLogGroup", "kms:CreateKey", "ssm:DescribeParameters"})
"""Actions whose request has the member, though they're authorized on something else."""
_LAST_PART: Final = re.compile(r"[^/:]+$")


def called_resource(action: str, parameters: Mapping[str, Any], *, region: str, account_id: str) -> str:
    """Return the ARN that a call is about, or `*`.

    Args:
        action: For instance `sqs:SendMessage`.
        parameters: Of the request, as far as they are known.
        region: Where the call is made.
        account_id: Twelve digits.
    """
    service = action.partition(":")[0]
    if action == "s3:DeleteObject" and parameters.get("Bucket"):
        # One request may delete several objects, whose names aren't looked at: all of the bucket's are meant.
        return f"arn:aws:s3:::{parameters['Bucket']}/{parameters.get('Key') or '*'}"
    if service == "s3":
        return _s3_resource(parameters)
    member, pattern = _MEMBERS.get(service, ("", ""))
    named = parameters.get(member)
    if not isinstance(named, str) or not named or action in _EVERYTHING:
        return "*"
    named = unquote(named)
    if named.startswith("arn:"):
        return named
    if service in ("sqs", "lambda"):
        found = _LAST_PART.search(named)
        named = found[0] if found else named
    if service == "ssm":
        named = named.removeprefix("/")
    return f"arn:aws:{service}:{region}:{account_id}:{pattern.format(named)}"


def granting_policies(resource: str, *, account_id: str, role_name: str) -> list[PolicyDocument]:
    """Return what the policy of a bucket says of a role, as if the role had it.

    Args:
        resource: ARN of the bucket or of an object.
        account_id: Of bucket and role.
        role_name: Who calls.
    """
    if not resource.startswith("arn:aws:s3:::"):
        return []
    bucket = s3_backends[account_id]["aws"].buckets.get(resource.removeprefix("arn:aws:s3:::").partition("/")[0])
    if bucket is None or not bucket.policy:
        return []
    document = json.loads(bucket.policy)
    named = [
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in statements(document)
        if _names(statement.get("Principal"), account_id, role_name)
    ]
    return [{**document, "Statement": named}]


def _s3_resource(parameters: Mapping[str, Any]) -> str:
    bucket, key = parameters.get("Bucket"), parameters.get("Key")
    if not bucket:
        return "*"
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _names(principal: Any, account_id: str, role_name: str) -> bool:
    if principal == "*":
        return True
    named = as_list(principal.get("AWS", [])) if isinstance(principal, dict) else []
    return any(
        arn == "*" or (arn.startswith(f"arn:aws:iam::{account_id}:role/") and arn.rpartition("/")[2] == role_name)
        for arn in map(str, named)
    )
