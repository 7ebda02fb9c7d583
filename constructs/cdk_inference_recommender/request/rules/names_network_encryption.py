"""The job's name, tags and keys. Patterns and lengths of them and of networks are the service model's rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.problem import Severity

from . import sources
from .rule import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request.request_document import RequestDocument

MAX_DERIVED_NAME_LENGTH: Final = 40
RESERVED_TAG_PREFIX: Final = "aws:"

_TAG_KEYS: Final = "Tags[].Key"
_KMS_KEYS: Final = ("InputConfig.VolumeKmsKeyId", "OutputConfig.KmsKeyId")
_KMS_KEY: Final = re.compile(
    r"(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key/[a-zA-Z0-9-]+|alias/.+))|(alias/.+)|[^:/]+"
)
_SERVICE: Final = re.compile(r"arn:[^:]*:([^:]*):.*")


def _long_name(request: RequestDocument) -> Iterator[Violation]:
    for path, name in request.strings("JobName"):
        if len(name) > MAX_DERIVED_NAME_LENGTH:
            yield Violation(path=path, value=name, detail=f"this one has {len(name)}")


def _repeated_key(request: RequestDocument) -> Iterator[Violation]:
    seen: set[str] = set()
    for path, key in request.strings(_TAG_KEYS):
        if key in seen:
            yield Violation(path=path, value=key)
        seen.add(key)


def _reserved_key(request: RequestDocument) -> Iterator[Violation]:
    for path, key in request.strings(_TAG_KEYS):
        if key.casefold().startswith(RESERVED_TAG_PREFIX):
            yield Violation(path=path, value=key)


def _no_key(request: RequestDocument) -> Iterator[Violation]:
    for field in _KMS_KEYS:
        for path, key in request.strings(field):
            if _KMS_KEY.fullmatch(key) is None:
                of = _SERVICE.fullmatch(key)
                strange = of is not None and of[1] != "kms"
                yield Violation(path=path, value=key, detail=f"this ARN is of {of[1]}" if of and strange else None)


NAME_NETWORK_ENCRYPTION_RULES: Final = (
    Rule(
        id="JobNameLength",
        severity=Severity.WARNING,
        fields=("JobName",),
        text=f"names derived from the job's are cut at {MAX_DERIVED_NAME_LENGTH} characters",
        remedy=f"Use at most {MAX_DERIVED_NAME_LENGTH} characters",
        source=sources.CLI_REFERENCE,
        violations=_long_name,
    ),
    Rule(
        id="TagKeysUnique",
        fields=(_TAG_KEYS,),
        text="a tag's key stands only once",
        remedy="Remove all but one",
        source=sources.TAGGING,
        violations=_repeated_key,
    ),
    Rule(
        id="TagKeyReserved",
        fields=(_TAG_KEYS,),
        text="tag keys that begin with aws: are reserved for AWS",
        remedy="Choose another key",
        source=sources.TAGGING,
        violations=_reserved_key,
    ),
    Rule(
        id="KmsKeyForm",
        fields=_KMS_KEYS,
        text="a key is named by its id, its ARN, an alias or an alias's ARN, of the service kms",
        remedy=("Write it like arn:aws:kms:<region>:<account>:key/<id>, or alias/<name>; leave it out for none"),
        source=sources.API_REFERENCE,
        violations=_no_key,
        refines=frozenset({"Pattern"}),
    ),
)
