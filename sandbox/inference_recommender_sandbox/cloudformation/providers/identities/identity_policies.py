"""Policies that resources of IAM give to roles, users and groups, changed as a whole or not at all."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_KINDS: Final[Mapping[str, str]] = {"Roles": "role", "Users": "user", "Groups": "group"}


class Identity(NamedTuple):
    """A role, a user or a group."""

    kind: str
    name: str


@dataclass(frozen=True, kw_only=True)
class IdentityPolicies:
    """What a resource of a template gives to identities.

    Attributes:
        inline: Documents by identity and policy name.
        attached: Identities and ARNs of managed policies.
    """

    inline: Mapping[tuple[Identity, str], str] = field(default_factory=dict)
    attached: frozenset[tuple[Identity, str]] = frozenset()


NO_POLICIES: Final = IdentityPolicies()


def identities(properties: Mapping[str, Any]) -> list[Identity]:
    """Return the identities that a policy's properties `Roles`, `Users` and `Groups` name."""
    return [Identity(kind, str(name)) for member, kind in _KINDS.items() for name in properties.get(member) or ()]


def document_text(document: Any) -> str:
    """Return a policy document as IAM's API takes it."""
    return document if isinstance(document, str) else json.dumps(document)


def change_policies(iam: Any, old: IdentityPolicies, new: IdentityPolicies) -> None:
    """Give identities the new policies in place of the old ones; where that fails, the old ones stay.

    Args:
        iam: A client.
        old: What the identities have of the resource.
        new: What they are to have.

    Raises:
        ClientError: If IAM refuses a policy.
    """
    try:
        _change(iam, old, new)
    except ClientError:
        with suppress(ClientError):
            _change(iam, new, old)
        raise


def remove_versions(iam: Any, policy_arn: str, *, keep: int) -> None:
    """Delete the oldest versions of a managed policy that aren't its default one.

    Args:
        iam: A client.
        policy_arn: Of the policy.
        keep: How many versions stay at most, the default one included.
    """
    versions: Sequence[Mapping[str, Any]] = iam.list_policy_versions(PolicyArn=policy_arn)["Versions"]
    others = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
    for version in others[: max(0, len(versions) - keep)]:
        iam.delete_policy_version(PolicyArn=policy_arn, VersionId=version["VersionId"])


def _change(iam: Any, old: IdentityPolicies, new: IdentityPolicies) -> None:
    for identity, name in old.inline.keys() - new.inline.keys():
        with _unless_gone():
            _call(iam, f"delete_{identity.kind}_policy", identity, PolicyName=name)
    for identity, arn in old.attached - new.attached:
        with _unless_gone():
            _call(iam, f"detach_{identity.kind}_policy", identity, PolicyArn=arn)
    for (identity, name), document in new.inline.items():
        if old.inline.get((identity, name)) != document:
            _call(iam, f"put_{identity.kind}_policy", identity, PolicyName=name, PolicyDocument=document)
    for identity, arn in sorted(new.attached - old.attached):
        _call(iam, f"attach_{identity.kind}_policy", identity, PolicyArn=arn)


def _call(iam: Any, method: str, identity: Identity, **parameters: str) -> None:
    getattr(iam, method)(**{f"{identity.kind.capitalize()}Name": identity.name}, **parameters)


@contextmanager
def _unless_gone() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
