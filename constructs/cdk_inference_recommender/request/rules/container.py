"""Rules for the container, its payload, and the kind of its model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.problem import Severity
from cdk_inference_recommender.request.request_model import documented_values

from . import sources
from .job_type import uses_model_name
from .rule import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request.request_document import RequestDocument

_CONTAINER: Final = ("InputConfig", "ContainerConfig")
_PAYLOAD: Final = (*_CONTAINER, "PayloadConfig")
_PAYLOAD_URL: Final = "InputConfig.ContainerConfig.PayloadConfig.SamplePayloadUrl"
_ARCHIVE: Final = re.compile(r"(https|s3)://[^/]+/.*[^/]\.tar\.gz")
_IN_PROSE: Final = {
    "Domain": "domain",
    "Task": "task",
    "Framework": "framework",
    "NearestModelName": "nearest model's name",
}
_ALSO_DOCUMENTED: Final = {"Domain": ("OTHER",), "Framework": ("OTHER",)}
"""Values that only the troubleshooting page names."""


def _no_archive(request: RequestDocument) -> Iterator[Violation]:
    for path, url in request.strings(_PAYLOAD_URL):
        if _ARCHIVE.fullmatch(url) is None:
            yield Violation(path=path, value=url)


def _no_content_types(request: RequestDocument) -> Iterator[Violation]:
    path = (*_PAYLOAD, "SupportedContentTypes")
    if uses_model_name(request) and request.is_given(_PAYLOAD):
        if request.is_absent(path):
            yield Violation(path=path)
        elif request.length(path) == 0:
            yield Violation(path=path, value=request.at(path))


def _documented(member: str) -> Rule:
    field = f"InputConfig.ContainerConfig.{member}"

    def violations(request: RequestDocument) -> Iterator[Violation]:
        known = documented_values(_CONTAINER, member)
        allowed = (*known, *(value for value in _ALSO_DOCUMENTED.get(member, ()) if value not in known))
        for path, value in request.strings(field):
            # A botocore without documentation knows no list, and then there is nothing to hold against the value.
            if known and value not in allowed:
                yield Violation(path=path, value=value, detail=", ".join(allowed))

    return Rule(
        id=f"{member}Documented",
        severity=Severity.WARNING,
        fields=(field,),
        text=f"the {_IN_PROSE[member]} should be one of the documented values",
        remedy="Check the spelling and the case",
        source=f"{sources.API_REFERENCE}, RecommendationJobContainerConfig; {sources.TROUBLESHOOTING}; "
        "the service model has no enum for it",
        violations=violations,
    )


CONTAINER_RULES: Final = (
    Rule(
        id="SamplePayloadArchive",
        fields=(_PAYLOAD_URL,),
        text="the sample payload is one S3 object that ends in .tar.gz",
        remedy="Pack the payloads with tar -czf and give the archive's URL, such as s3://my-bucket/payload.tar.gz",
        source=sources.CLI_REFERENCE,
        violations=_no_archive,
        refines=frozenset({"Pattern"}),
    ),
    _documented("Domain"),
    _documented("Task"),
    _documented("Framework"),
    _documented("NearestModelName"),
    Rule(
        id="ModelNameNeedsContentTypes",
        fields=("InputConfig.ModelName", "InputConfig.ContainerConfig.PayloadConfig.SupportedContentTypes"),
        text="a job on a model's name needs at least one content type that the container supports",
        remedy="Add the MIME type of the payload, such as text/csv",
        source=sources.NEO,
        violations=_no_content_types,
    ),
)
