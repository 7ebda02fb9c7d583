"""The job's name: made of what decides what is measured.

The service never frees a name, so that a name must say which request it stands for. It is `<prefix>-<hash>`, and
`<prefix>-<hash>-2` and so on where the name before is taken by a job that can't be used.

A deployed name stays: a rule that hashes differently gets a new version beside the old one, or an upgrade of the
library would run every job again.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b32encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.protocol.typed_request import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KNOWN_NAME_VERSIONS: Final = ("1",)
MAX_SUFFIX: Final = 99
"""24 characters of prefix, 13 of hash and 3 of suffix are the 40 that derived names keep."""

_HASH_LENGTH: Final = 12
_GENERATED: Final = re.compile(rf"[a-zA-Z0-9](-*[a-zA-Z0-9])*-[a-z2-7]{{{_HASH_LENGTH}}}(-[1-9][0-9]?)?")


@dataclass(frozen=True, kw_only=True)
class NamedRequest:
    """What the hash is made of."""

    stack_id: str
    logical_id: str
    rerun: str
    """Empty when not set."""
    measured: Mapping[str, Any]
    """Members of the typed request that decide what is measured."""


def fingerprint(named: NamedRequest, *, version: str) -> str:
    """Hash of what is measured, whoever measures it: 24 characters of base32.

    Raises:
        RequestError: the version is newer than this handler.
    """
    return _hash(_content(named, version=version))[: 2 * _HASH_LENGTH]


def base_name(prefix: str, named: NamedRequest, *, version: str) -> str:
    """The first name to try.

    Raises:
        RequestError: the version is newer than this handler.
    """
    owner = {"stackId": named.stack_id, "logicalId": named.logical_id}
    return f"{prefix}-{_hash(_content(named, version=version) | owner)[:_HASH_LENGTH]}"


def candidate_names(base: str) -> Iterator[str]:
    """The names of a request, in the order in which they are tried."""
    yield base
    for number in range(2, MAX_SUFFIX + 1):
        yield f"{base}-{number}"


def is_name_of(name: str, base: str) -> bool:
    """Whether `name` is `base`, or `base` with a suffix."""
    return re.fullmatch(re.escape(base) + r"(-[1-9][0-9]?)?", name) is not None


def is_generated(name: str) -> bool:
    """Whether `name` looks like one that `base_name` made; ids that CloudFormation invents don't."""
    return _GENERATED.fullmatch(name) is not None


def _content(named: NamedRequest, *, version: str) -> dict[str, Any]:
    if version not in KNOWN_NAME_VERSIONS:
        message = (
            f"The template names jobs by rule {version!r} and this handler knows {', '.join(KNOWN_NAME_VERSIONS)}: "
            "deploy with the version of cdk-inference-recommender that wrote the template."
        )
        raise RequestError(message)
    return {"version": version, "rerun": named.rerun, "request": named.measured}


def _hash(document: Mapping[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return b32encode(hashlib.sha256(canonical.encode()).digest()).decode().lower().rstrip("=")
