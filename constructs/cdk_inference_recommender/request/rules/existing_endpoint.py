"""Benchmarking an endpoint that exists.

At most one endpoint is the service model's rule. One variant, no autoscaling, real-time only and not multi-model are
documented, but nothing in the request shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.problem import Severity

from . import sources
from .rule import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request.request_document import RequestDocument


def _every_endpoint(request: RequestDocument) -> Iterator[Violation]:
    for path, _ in request.each("InputConfig.Endpoints[]"):
        place = (*path, "EndpointName")
        yield Violation(path=place, value=request.at(place) if request.is_given(place) else None)


EXISTING_ENDPOINT_RULES: Final = (
    Rule(
        id="ExistingEndpointUnderLoad",
        severity=Severity.WARNING,
        fields=("InputConfig.Endpoints[].EndpointName",),
        text="the endpoint must not serve production: the job's load can throttle it",
        remedy="Make sure that nobody depends on this endpoint while the job runs",
        source=sources.EXISTING_ENDPOINT,
        violations=_every_endpoint,
    ),
)
