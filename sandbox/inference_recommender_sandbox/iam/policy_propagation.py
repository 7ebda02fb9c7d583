"""IAM that takes effect late: what a role is allowed counts only some time after it was written."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .policy_evaluation import statements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class PolicyPropagation:
    """Knows since when each role has had each statement of its policies. Safe to use from several threads.

    `note` records a change; an unrecorded one counts from the first call that needs it.

    Args:
        now: Epoch seconds of the sandbox's clock.
        delay: Seconds until a statement takes effect; 0 for at once. A statement that is taken away is gone at once.
    """

    def __init__(self, *, now: Callable[[], float], delay: Callable[[], float]) -> None:
        self._now = now
        self._delay = delay
        self._lock = Lock()
        self._since: dict[tuple[str, str], dict[str, float]] = {}

    def note(self, account_id: str, policies_of: Callable[[str], Sequence[Mapping[str, Any]]]) -> None:
        """Look at every role of an account, since one may have changed.

        Args:
            account_id: Twelve digits.
            policies_of: Returns the policies of the role of a name.
        """
        with MOTO_LOCK:
            for role in iam_backends[account_id]["aws"].roles.values():
                self._note_role(account_id, role.name, policies_of(role.name))

    def in_effect(
        self, account_id: str, role_name: str, policies: Sequence[Mapping[str, Any]]
    ) -> list[Mapping[str, Any]]:
        """Return as much of a role's policies as counts by now."""
        since = self._note_role(account_id, role_name, policies)
        earliest = self._now() - self._delay()
        return [
            {
                **policy,
                "Statement": [
                    item for item in statements(policy) if since[json.dumps(item, sort_keys=True)] <= earliest
                ],
            }
            for policy in policies
        ]

    def _note_role(self, account_id: str, role_name: str, policies: Sequence[Mapping[str, Any]]) -> Mapping[str, float]:
        present = {json.dumps(item, sort_keys=True) for policy in policies for item in statements(policy)}
        now = self._now()
        with self._lock:
            known = self._since.get((account_id, role_name), {})
            self._since[account_id, role_name] = {text: known.get(text, now) for text in present}
            return self._since[account_id, role_name]
