"""The job's name and tags. Patterns and lengths of names, networks and keys are the service model's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.problem import Severity

from . import sources
from .rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request.request_document import RequestDocument

MAX_DERIVED_NAME_LENGTH: Final = 40
RESERVED_TAG_PREFIX: Final = "aws:"

_TAG_KEYS: Final = "Tags[].Key"


def _long_name(request: RequestDocument) -> Iterator[Breach]:
    for path, name in request.strings("JobName"):
        if len(name) > MAX_DERIVED_NAME_LENGTH:
            yield Breach(path=path, value=name, particulars=f"this one has {len(name)}")


def _repeated_key(request: RequestDocument) -> Iterator[Breach]:
    seen: set[str] = set()
    for path, key in request.strings(_TAG_KEYS):
        if key in seen:
            yield Breach(path=path, value=key)
        seen.add(key)


def _reserved_key(request: RequestDocument) -> Iterator[Breach]:
    for path, key in request.strings(_TAG_KEYS):
        if key.casefold().startswith(RESERVED_TAG_PREFIX):
            yield Breach(path=path, value=key)


NAME_NETWORK_ENCRYPTION_RULES: Final = (
    Rule(
        id="JobNameLength",
        severity=Severity.WARNING,
        fields=("JobName",),
        text=f"names derived from the job's are cut at {MAX_DERIVED_NAME_LENGTH} characters",
        remedy=f"Use at most {MAX_DERIVED_NAME_LENGTH} characters",
        source=sources.CLI_REFERENCE,
        breaches=_long_name,
    ),
    Rule(
        id="TagKeysUnique",
        severity=Severity.ERROR,
        fields=(_TAG_KEYS,),
        text="a tag's key stands only once",
        remedy="Remove all but one",
        source=sources.TAGGING,
        breaches=_repeated_key,
    ),
    Rule(
        id="TagKeyReserved",
        severity=Severity.ERROR,
        fields=(_TAG_KEYS,),
        text="tag keys that begin with aws: are reserved for AWS",
        remedy="Choose another key",
        source=sources.TAGGING,
        breaches=_reserved_key,
    ),
)
