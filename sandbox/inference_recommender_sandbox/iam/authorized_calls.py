"""Record of the calls that were authorized or denied."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from .policy_evaluation import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .policy_evaluation import PolicyDocument


class AuthorizedCalls:
    """Calls of roles, each combination of role, action, resource and decision once. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._statements: dict[tuple[str, str, str, bool, bool], set[str]] = {}

    def note(
        self,
        role_name: str,
        action: str,
        resource: str,
        decision: Decision,
        *,
        granted: bool,
        applying: Sequence[PolicyDocument],
    ) -> None:
        """Note a call.

        Args:
            role_name: Name of the role, without its path.
            action: For example `sagemaker:CreateModel`.
            resource: ARN, or `*`.
            decision: What became of it.
            granted: Whether the role's policies allow it once all of them have taken effect.
            applying: Statements that allow or deny it.
        """
        written = {json.dumps(statement, sort_keys=True) for statement in applying}
        key = role_name, action, resource, decision is Decision.ALLOWED, granted
        with self._lock:
            self._statements.setdefault(key, set()).update(written)

    def all(self) -> list[dict[str, Any]]:
        """Return all of them, in the order of their first calls."""
        with self._lock:
            return [
                {
                    "role": role_name,
                    "action": action,
                    "resource": resource,
                    "allowed": allowed,
                    "granted": granted,
                    "statements": [json.loads(each) for each in sorted(written)],
                }
                for (role_name, action, resource, allowed, granted), written in self._statements.items()
            ]
