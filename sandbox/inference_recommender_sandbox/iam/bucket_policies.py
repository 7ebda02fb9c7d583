"""What the policies of buckets grant to roles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.s3.models import s3_backends

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .policy_evaluation import as_list, statements

if TYPE_CHECKING:
    from .policy_evaluation import PolicyDocument


def granting_policies(resource: str, *, account_id: str, role_name: str) -> list[PolicyDocument]:
    """Return what the policy of a bucket says of a role, as if the role had it.

    Args:
        resource: ARN of the bucket or of an object.
        account_id: Of bucket and role.
        role_name: Who calls.
    """
    if not resource.startswith("arn:aws:s3:::"):
        return []
    with MOTO_LOCK:
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


def _names(principal: Any, account_id: str, role_name: str) -> bool:
    if principal == "*":
        return True
    named = as_list(principal.get("AWS", [])) if isinstance(principal, dict) else []
    return any(
        arn == "*" or (arn.startswith(f"arn:aws:iam::{account_id}:role/") and arn.rpartition("/")[2] == role_name)
        for arn in map(str, named)
    )
